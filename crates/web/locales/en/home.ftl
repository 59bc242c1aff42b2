hello-morning = Good morning
hello-midday = Good day
hello-afternoon = Good afternoon
hello-evening = Good evening
home-ask = How can we help today?
home-services = Services
home-available = Available soon
home-none = No free times yet
home-none-line = Doctors open new times every day. Try another doctor or date.
tile-video = Video consultation
tile-clinic = Clinic visit
tile-lab = Lab test
tile-vaccine = Vaccination
tile-procedure = Procedure
tile-all = All specialities
search-title = Find a doctor
search-placeholder = Doctor, symptom or service
search-go = Search
filter-title = Filter and sort
filter-city = City
filter-city-any = All cities
filter-speciality = Speciality
filter-mode = How
filter-date = From date
filter-bpjs = Takes BPJS
filter-apply = Apply
filter-active = Active filters
filter-remove = remove filter
sort = Order
sort-soonest = Soonest
sort-rating = Best reviews
sort-fee = Lowest fee
results = { $n -> 
    [one] { $n } doctor found
   *[other] { $n } doctors found
}
results-for = { $n -> 
    [one] { $n } result
   *[other] { $n } results
} for “{ $q }”
search-none = Nothing matches
search-none-line = Check the spelling, or see all doctors.
search-all = See all doctors
no-times = No free times yet
filter-kind = Service
filter-until = Free by { $day }
sort-name = Name A–Z
results-many = Several pages of results
results-desks = { $n ->
    [one] 1 place found
   *[other] { $n } places found
}
facility-desks = Services without a doctor
facility-doctors = Doctors here
in-hours = in { $n } h
in-minutes = in { $n } min
now-on = Now
takes-bpjs = Takes BPJS
takes-no-bpjs = No BPJS
facility-departments = Departments here
facility-terms = Rules for appointments
facility-none = No doctors here yet
facility-none-line = Services without a doctor can be booked above, or look for doctors elsewhere.
policy-horizon = Appointments can be made up to { $n } days ahead.
policy-once-a-day = One consultation per patient and day.
policy-holidays = Closed on public holidays.
home-next = Next appointment
home-known = Your doctors
home-today = Available today
tile-from = from { $fee }
tile-cities = in { $n } cities
tile-lab-note = blood, urine and more
tile-vaccine-note = children & adults
tile-procedure-note = outpatient
tile-fields = { $n } fields
results-kind = What is looked for
results-doctors = Doctors
results-places = Facilities
filter-fee = Fee
filter-fee-most = at most { $fee }
search-rescue = There are results if one thing is left out:
search-rescue-without = Without { $filter }
