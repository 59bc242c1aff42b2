# Conflicts
problem-slot-taken = This time was just taken
    .detail = Choose one of the nearest times below.
problem-not-bookable = This time cannot be booked
    .detail = { $rule ->
        [holiday] Holiday: { $name }.
        [leave] No practice at this time.
        [closure] The facility is closed at this time.
        [licence] The doctor does not practise on this date.
        [notice] Book at least { $minutes } minutes ahead.
        [horizon] Bookings open at most { $days } days ahead.
        [cut-off] Bookings for today close at { $time }.
        [day-full] The quota of the day ({ $cap }) is used up.
        [past] This time has passed.
        [wrong-mode] This time does not offer the chosen kind of visit.
       *[other] This time is outside the consultation hours.
    }
problem-hold-expired = The time is no longer kept for you
    .detail = Choose a time again; what you typed is still there.
problem-patient-overlap = The patient already has a visit at this time
    .detail = Choose another time, or move the visit you have.
problem-day-limit = There already is a consultation on that day
    .detail = At most { $limit } consultations a day for one patient. Choose another day, or move the one you have.
problem-too-many-upcoming = Too many coming visits
    .detail = At most { $limit } at a time. Cancel one first.
problem-key-reused = The request key was used before
    .detail = This Idempotency-Key stands for another body. Use a new key.
problem-not-in-this-state = Not possible in this state
    .detail = The appointment has changed. Reload the page to see it as it is.
problem-request-lapsed = The request has lapsed
    .detail = It was to be answered earlier. Ask the patient to book again.
problem-cancel-too-late = Too late to cancel
    .detail = Call the facility if you cannot come.
problem-move-too-late = Too late to move
    .detail = Call the facility if you need another time.
problem-moved-too-often = This appointment was moved too often
    .detail = At most { $max } times. Call the facility to change it.
problem-no-show-too-early = Cannot be marked as a no-show yet
    .detail = Wait until the time of grace after the start is over.
problem-too-early = Not yet
    .detail = This can be done on the day of the visit.
problem-service-has-desk = The service has a schedule already
    .detail = A service can be at one desk only.
problem-leave-open = There is a leave in this time already
    .detail = Decide about it, or take it back, first.
problem-leave-decided = It has been decided already
    .detail = Reload the page to see what became of the appointments.
problem-absence-from-outside = This absence comes from a calendar that the doctor keeps elsewhere
    .detail = Change it in that calendar; this schedule follows by itself.
problem-absence-of-leave = This absence belongs to a leave
    .detail = Open the leave and take it back there, or decide about its appointments first.
problem-proposal-over = The times are no longer kept
    .detail = They ran out or were answered. Choose another time of the appointment.

# Fields
error-complaint-too-short = Describe your complaint in at least 3 letters.
error-one-target = Choose exactly one: schedule, doctor or facility.
error-end-after-start = The end must come after the start.
error-too-long-absence = At most two years.
error-too-long-session = At most 24 hours.
error-hours-need-schedule = Additional or changed hours belong to a schedule or a doctor.
error-doctor-or-services = Choose a doctor, or the desk's services; not both.
error-unknown = Not known.
error-unknown-zone = The time zone is not known. Example: Asia/Makassar.
error-full-minutes = Times are in full minutes, without seconds.
error-one-capacity = Sessions that overlap must have the same capacity.
error-bad-time = The time must lie between the years 1900 and 2200.
error-over-already = This time is over already.
error-leave-too-long = Too many appointments in this time. Enter the leave in parts.
error-every-visit = Decide about every appointment.
