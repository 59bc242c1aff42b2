# Consultation hours, leave, and why there is no time
nav-schedule = Hours
schedule-title = Consultation hours
schedules-title = Doctors' hours
schedules-find = Doctor's name
schedules-none = No doctor found
schedules-none-line = Try a shorter part of the name.
schedule-more = More
schedule-preview = See what it comes to
schedule-save = Save
back-schedule = Back to the hours
flash-schedule = The hours are saved.
flash-departure = The change is saved.
flash-departure-gone = The change is taken back.
week-title = The week
week-off = No practice
week-cap = Visits a day at most
week-cap-none = No limit
week-service = Service
week-hint = Several sessions a day are fine: fill in the empty row. A closing time before the opening time is the next day's.
hours-from = From
hours-until = Until
hours-remove = Remove these hours
hours-more = Length, way of meeting, validity
hours-slot = Minutes per slot
hours-slot-auto = By service
hours-capacity = Patients at a time
hours-both = Clinic and video
hours-valid-from = Valid from
hours-valid-until = Valid until
hours-mend = Some hours cannot be read. They are marked below.
hours-bad-time = Write the time as 09:00.
hours-bad-date = Write the date as year-month-day.
hours-bad-number = Write a whole number.
outcome-title = What it comes to
outcome-new = { $n } { $n ->
    [one] new start
   *[other] new starts
}
outcome-gone = { $n } { $n ->
    [one] start gone
   *[other] starts gone
}
outcome-is-new = new
outcome-is-gone = gone
outcome-off = No practice
outcome-holiday = Closed: holiday
outcome-leave = Leave or closed
outcome-outside = Past
outcome-conflicts = { $n ->
    [one] 1 appointment lies outside
   *[other] { $n } appointments lie outside
}
outcome-conflicts-line = They stay booked until you move or cancel them. To do that for all of them, enter a leave instead.
outcome-sure = I know, and will take care of { $n ->
    [one] it
   *[other] all { $n }
}
outcome-no-conflicts = No appointment lies outside.
departures = Changed days
departures-none = Every day is as the week says.
departure-add = Add hours for one day
departure-extra = Additional hours
departure-instead = Instead of the day's hours
departure-absent = Away
departure-closed = The facility is closed
departure-drop = Take back
departure-no-schedule = Save the week first.
field-day = Day
holidays = Holidays ahead
holidays-open = The facility is open on holidays.
holidays-closed = The facility is closed on these days, unless hours are added.

# Why there is no time
why-title = Why is there no time?
why-line = Every part of a day, with the rule that stands in the way
why-time = Time
why-ask = Explain
why-offered = This time can be booked.
why-offered-n = { $n } { $n ->
    [one] start
   *[other] starts
} can be booked
why-free = Can be booked
why-no-schedule = No consultation hours have been entered for this place yet.
why-no-service = The doctor offers no service at this place.
why-outside-hours = Outside the hours of this day: { $hours }.
why-no-hours = No practice on { $weekday }.
why-hours-not-yet = The hours of this weekday begin on { $date }.
why-hours-over = The hours of this weekday ended on { $date }.
why-no-session = No session at this time.
why-holiday = Holiday: { $name }.
why-horizon = Further ahead than { $days } days: not open for booking yet.
why-notice = Too soon: patients book at least { $minutes } minutes ahead.
why-cut-off = Bookings for today closed at { $time }.
why-past = It is over.
why-leave = Leave until { $until }.
why-closure = The facility is closed until { $until }.
why-licence = The licence is not valid on this day.
why-licence-str = The STR is valid until { $date } only.
why-licence-sip = The SIP for this place is valid until { $date } only.
why-no-permit-here = No SIP for this place.
why-facility-closed = The facility is not open for business.
why-doctor-not-listed = The doctor is not listed.
why-service-not-offered = The service is not offered here.
why-wrong-mode = These hours do not take this way of meeting.
why-wrong-session = These hours are for other services.
why-not-on-grid = No start: visits begin at other minutes.
why-does-not-fit = The rest of the session is too short for this service.
why-slot-removed = This start was taken out.
why-day-full = The day's quota of { $cap } is used up.
why-taken = Booked.
why-held = Held for a patient until { $until }.
why-elsewhere = Booked at another place.
why-buffer = Too near to a neighbour: { $minutes } minutes are kept free around a visit.

# Leave
leave-new-title = Enter leave
leave-new-line = Nothing new is booked; every patient is taken care of
leave-title-doctor = Leave
leave-list = Leave
leave-none = No leave entered.
leave-visits = { $n } { $n ->
    [one] appointment
   *[other] appointments
}
leave-open-n = { $n } to decide
leave-from = First day
leave-until = Last day
leave-part = Only part of a day
leave-start = From, on the first day
leave-end = Until, on the last day
leave-where = Where
leave-everywhere = Everywhere
leave-reason = Note
leave-reason-hint = For staff only; patients do not see it.
leave-next = From now on nothing new can be booked into this time. Next you decide what becomes of the appointments in it.
leave-enter = Close this time
leave-deciding = To decide
leave-running = Being done
leave-done = Done
leave-withdrawn = Taken back
leave-decide = { $n ->
    [one] 1 patient waits for your decision
   *[other] { $n } patients wait for your decision
}
leave-decide-line = Nothing new can be booked into this time. Choose for each group; what turns out impossible becomes a proposal.
leave-ways = What becomes of them
leave-way-substitute = Substitute doctor
leave-way-substitute-line = Same time, same price, another doctor of the same speciality
leave-no-substitute = Nobody of the same speciality is free at these times
leave-way-propose = Let the patient choose
leave-way-propose-line = Three times are kept for each patient for up to two days
leave-way-later = A later day
leave-way-later-line = In the same order
leave-no-days = No free times in the next weeks
leave-way-cancel = Cancel
leave-way-cancel-line = Without charge; the patient reads the reason
leave-free-of = { $name } · free at { $n } of { $of }
leave-day-free = { $day } · { $n } free
leave-each = Decide one by one ({ $n })
leave-as-group = As the group
leave-do = Do it
leave-withdraw = Take the leave back
leave-choose = Choose what becomes of these appointments.
leave-choose-doctor = Choose the substitute.
leave-choose-day = Choose the day.
leave-choose-reason = Write what the patients are told.
leave-nobody = No appointments in this time
leave-nobody-line = Nothing new can be booked into it.
leave-all-done = Every patient is taken care of
leave-look-again = Look again
leave-waits = Waits
leave-substituted = Substitute
leave-moved = Moved
leave-cancelled = Cancelled
leave-elsewhere = Changed by others
leave-kept = Unchanged
leave-proposed = Times proposed
leave-accepted = Chose a time
leave-declined = Declined
leave-lapsed = No answer
leave-answer-by = answer by { $time }
leave-why-taken = The time was taken meanwhile, so new times were proposed.
leave-why-day = The patient has another consultation on that day, so new times were proposed.
leave-why-overlap = The patient has another visit at that time, so new times were proposed.
leave-why-rules = The rules did not allow it, so new times were proposed.
flash-leave-decided = Decided. The patients are told one by one.
flash-leave-withdrawn = The leave is taken back; the appointments stay.

# What the patient sees
offer-title = Your doctor cannot come
offer-line = Choose another time. We keep these for you.
offer-times = Times kept for you
offer-until = Until { $time }
offer-none = No time is free in the next weeks
offer-none-line = Choose another doctor or time yourself, or cancel free of charge.
offer-take = Take this time
offer-other = Another time
offer-decline = Cancel free of charge
offer-free = If you do not answer by { $time }, the appointment is cancelled free of charge.
offer-look = See the times
offer-choose = Choose one of the times first.

# Profile
profile-title = Profile
doctor-profile-line = What patients read about you, licences, fees
profile-public = As patients see it
profile-about = About me
profile-about-id = In Indonesian
profile-about-en = In English
profile-since = In practice since (year)
profile-languages = Languages I speak
profile-auto = Accept appointments by themselves
profile-auto-line = Otherwise each request waits for you
profile-save = Save profile
profile-papers = Licences
profile-papers-line = Name, speciality, licences and fees are changed by the facility's staff.
flash-doctor-profile = Your profile is saved.
day-week = Week
day-filter = Show
day-all = All { $n }
day-video = Video { $n }
day-clinic = Clinic { $n }
reason-leave = The doctor is on leave.
reason-leave-declined = None of the times proposed suited.
reason-leave-unanswered = The times proposed were not answered.
