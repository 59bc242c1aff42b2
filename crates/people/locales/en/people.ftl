# Texts of people: remedies for the fields of a person, what stands in the way, soft warnings, consents.

error-nik-digits = The identity number (NIK) has 16 digits.
error-nik-date = Check digits 7 to 12 of the identity number: they are the date of birth (for women the day plus 40).
error-nik-serial = The identity number cannot end in 0000.
error-nik-or-reason = Fill in the identity number, or say why there is none.
error-bpjs-digits = The BPJS number has 13 digits, zeros at the beginning included.
error-bpjs-needed = Fill in the BPJS number, or choose to pay for yourself.
error-name-letters = Write the name with letters.
error-birth-date-too-early = Choose a date from 1900 on.
error-region-code = Write the code of the region, for example 73.71.01.
error-postal-code = The postal code has 5 digits.
error-consent-needed = Confirm that you may act for this person.
error-relation-self = Choose what this person is to you; your own profile is kept apart.
error-search-in-body = Send numbers and e-mail addresses in the body: POST /api/v1/patients/search.

problem-profile-exists = You already have a profile
    .detail = Open your profile to change it.
problem-too-many-members = Your family list is full
    .detail = You can act for at most { $max } people. Remove somebody first.

warning-nik-region = The identity number begins with a region that is not in the present list. Check it.
warning-nik-birth-date = The identity number does not fit the date of birth. Check both.
warning-nik-sex = The identity number does not fit the sex. Check both.
warning-duplicate = Another patient has the same identity number. Check who this is before a visit.

people-consent-family-1 = I am allowed to act for this person: to keep their data here, to book, move and cancel their visits and to be told of them. I can end this at any time.
people-relation-self = Me
people-relation-child = Child
people-relation-parent = Parent
people-relation-spouse = Husband or wife
people-relation-sibling = Brother or sister
people-relation-other = Someone in my care
people-type-umum = Pays for themselves
people-type-bpjs = BPJS
people-sex-female = Female
people-sex-male = Male
people-no-nik-newborn = Newborn
people-no-nik-foreigner = Foreign citizen
people-no-nik-later = Will be filled in later
