skip = Skip to content
title-failing = Error:
nav-main = Main
nav-side = Work menu
nav-home = Home
nav-search = Find a doctor
nav-appointments = Appointments
nav-account = Account
nav-login = Log in
nav-signup = Sign up
nav-today = Today
nav-approvals = Approvals
account-of = Account of { $name }
language-switch = Switch language to Bahasa Indonesia
foot-line = Mediverse: doctor appointments with clear times and costs.
emergency = Emergency?
emergency-short = Emergency 119
emergency-line = Emergency? Call 119 now.
emergency-signs = Hard to breathe, chest pain, bleeding
back-home = Home
back-results = Search results
back-doctor = Choose another time
back-data = Details
back-appointments = Appointments
back-appointment = Appointment
optional = (optional)
mend-title = Please fix the following
change = Change
save = Save
take = Take it
continue = Continue
move = Move
any = Any
day = Day
month = Month
year = Year
today = Today
see-all = See all
see-detail = See details
see-schedule = See schedule
find-doctor = Find a doctor
find-other = Other doctors
try-again = Try again
accept = Accept
reject = Reject
code = Code
pager = Pages
pager-range = { $from }–{ $to }
pager-total = of { $total }
pager-previous = Previous
pager-next = Next
mode-video = Video consultation
mode-clinic = At the clinic
minutes = { $n } minutes
years = { $n -> 
    [one] { $n } year
   *[other] { $n } years
}
years-practice = { $n -> 
    [one] { $n } year
   *[other] { $n } years
} in practice
reviews = { $n -> 
    [one] { $n } review
   *[other] { $n } reviews
}
visits = { $n -> 
    [one] { $n } visit
   *[other] { $n } visits
}
state-held = Held until
state-requested = Awaiting approval
state-confirmed = Confirmed
state-arrived = Arrived
state-in-progress = In progress
state-completed = Completed
state-cancelled = Cancelled
state-rejected = Declined
state-no-show = Did not attend
state-moved = Moved
sum-doctor = Doctor
sum-mode = How
sum-place = Where
sum-time = When
sum-patient = Patient
sum-fee = Fee
sum-complaint = Complaint
sum-coverage = Paid by
sum-phone = Phone
your-choice = Your choice
guide-title = Parts of the pages
guide-buttons = Buttons
guide-states = States
guide-notices = Notices
guide-fields = Fields
guide-hold = Hold
guide-times = Times
guide-lists = Lists
guide-icons = Icons
back = Back
back-account = Account
back-facility = Facility
back-day = Today
age = { $n } y
none-yet = Not filled in
choose-time = Choose a time
hours-before = { $n ->
    [one] 1 hour before
   *[other] { $n } hours before
}
minutes-before = { $n } minutes before
days-before = { $n ->
    [one] 1 day before
   *[other] { $n } days before
}
until-start = the start
sum-service = Service
kind-consultation = Doctor's consultation
kind-bpjs = BPJS insurance
by-patient = by patient
by-clinic = by clinic
by-system = by the system
relation-own = Me
relation-child = Child
relation-parent = Parent
relation-spouse = Husband or wife
relation-sibling = Brother or sister
relation-other = In my care
language-id = Indonesian
language-en = English
language-jv = Javanese
language-su = Sundanese
language-bug = Buginese
language-mak = Makassarese
language-min = Minangkabau
language-ban = Balinese
language-zh = Mandarin
language-ar = Arabic
flash-moved = The appointment has its new time.
flash-cancelled = The appointment is cancelled.
flash-profile = Profile saved.
flash-member = Family member added.
flash-book-for = You are booking for the person you chose. Find a doctor and a time.
flash-member-gone = You no longer act for that person.
flash-session = That device is logged out.
flash-welcome = Your account is ready.
flash-left = You are logged out.
flash-approved = The doctor is approved.
flash-refused = The registration is refused.
flash-accepted = The request is accepted.
flash-rejected = The request is rejected.
flash-arrived = Marked as arrived.
flash-started = The visit has begun.
flash-fulfilled = The visit is done.
flash-no-show = Marked as not come.
flash-erased = Your account is deleted. Personal data is being erased.
next-step = Next step
guide-line = Every part in every state. Colours, sizes and curves have a value in one file alone.
guide-colours = Colours
guide-type = Letters
guide-nothing = Empty pages
guide-portraits = Portraits
