# What stands in the way
problem-doctor-not-waiting = Already decided
    .detail = This registration does not wait for a decision any more. Reload to see it as it is now.
problem-doctor-not-listed = Not in the list
    .detail = Only doctors who are listed can be retired. Reload to see this doctor as they are now.
problem-doctor-not-retired = Not retired
    .detail = This doctor is not retired. Reload to see how it is now.
problem-department-in-use = The department is still needed
    .detail = Services belong to this department. Move them to another one first.

# The remedy for one field
error-no-such-region = Choose a regency or city from the list, by its code such as 73.71.
error-region-digits = Write the code in pairs of digits, such as 73, 73.71 or 73.71.01.
error-no-such-zone = Choose a time zone such as Asia/Jakarta, Asia/Makassar or Asia/Jayapura.
error-no-such-facility = Choose a facility from the list.
error-no-such-department = Choose a department of this facility.
error-no-such-service = Choose a service of this facility.
error-no-such-speciality = Choose a speciality from the list.
error-facility-exists = There is a facility of that name in that city already.
error-facility-fixed = A service stays at its facility. Add a new one at the other facility.
error-facility-not-yours = Choose a facility you work for.
error-department-exists = This facility has a department of that name already.
error-slug = Use small letters, digits and hyphens.
error-slug-taken = Another one has this address already. Choose another.
error-doctor-name-letters = Write the name in letters.
error-language-code = Write the language as a short code, such as id, en or jv.
error-licence-number = Write the number as it stands in the licence, in letters and digits.
error-str-taken = Another doctor is registered under this number.
error-account-taken = This account belongs to another doctor.
error-weekday = Write the day as a number from 1 (Monday) to 7 (Sunday).
error-hours-empty = The end must differ from the start.
error-hours-overlap = These hours overlap others of the same week.
error-whole-minutes = Write whole minutes, without seconds.
error-mode-not-offered = None of the services chosen is offered this way.
error-photo-kind = Choose a photo in JPEG, PNG or WebP. A file of another kind is not taken, whatever its name.
error-photo-unreadable = This photo cannot be read. Save it once more as JPEG, and choose that file.
error-photo-too-many-pixels = This photo has more than { $max } million pixels. Make it smaller and choose it again.
error-photo-too-small = This photo is too small. Choose one of at least { $min } by { $min } pixels.

# Importing
error-column-missing = The file lacks this column.
error-column-unknown = This column is not known. Known are: { $choices }.
error-row-unreadable = This line cannot be read. Save the file as CSV in UTF-8.
error-row-cells = This line has { $found } cells, the header has { $expected }.
error-row-stale = Somebody changed this meanwhile. Import the file again.
error-cell-yes-no = Write yes or no.
error-cell-sex = Write female or male.
error-cell-rupiah = Write the amount in whole rupiah, such as 150000.
error-cell-hours = Write hours such as mon 09:00-12:00; tue 13:00-17:00.
error-facility-not-yours-to-open = This facility is not here yet, and you serve some facilities only. Ask who serves the whole network to open it.
error-cell-row-kind = Write what this row is: facility, service or doctor.
error-cell-kind = Write consultation, lab_test, procedure or vaccination.
error-cell-modes = Write in_person, online or both with a space between.
error-cell-minutes = Write whole minutes, such as 30.
error-export-too-many = That is more than { $max } rows. Choose one facility.
directory-usual-consultation = Doctor's Consultation
