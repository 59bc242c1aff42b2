# What people are told: who, where and when; never a complaint or a diagnosis.

ntf-for = For: { $patient }.

ntf-requested =
    .title = Appointment request received
    .body = Your request for { $when } with { $doctor } at { $facility } waits for the doctor's approval.
    .desk = Your request for { $when } at { $facility } waits for approval.
ntf-booked =
    .title = Appointment confirmed
    .body = Your appointment with { $doctor } at { $facility } on { $when } has been confirmed.
    .desk = Your appointment at { $facility } on { $when } has been confirmed.
ntf-accepted =
    .title = Appointment approved
    .body = { $doctor } has approved your appointment at { $facility } on { $when }.
    .desk = Your appointment at { $facility } on { $when } has been approved.
ntf-rejected =
    .title = Appointment not approved
    .body = { $doctor } cannot take your appointment at { $facility } on { $when }. Please choose another time or doctor.
    .desk = Your appointment at { $facility } on { $when } cannot be taken. Please choose another time.
ntf-moved =
    .title = Appointment moved
    .body = Your appointment with { $doctor } at { $facility } was moved from { $was } to { $when }.
    .desk = Your appointment at { $facility } was moved from { $was } to { $when }.
ntf-cancelled =
    .title = Appointment cancelled
    .body = Your appointment with { $doctor } at { $facility } on { $when } was cancelled.
    .desk = Your appointment at { $facility } on { $when } was cancelled.
ntf-reminder =
    .title = Appointment reminder
    .body = Remember your appointment with { $doctor } at { $facility } on { $when }.
    .desk = Remember your appointment at { $facility } on { $when }.

ntf-proposed =
    .title = Your doctor is away: choose another time
    .body = { $doctor } is away on { $when } at { $facility }. Some other times are kept for you until { $until }: choose one, find another time, or cancel free of charge.
    .desk = Your appointment at { $facility } on { $when } cannot take place. Some other times are kept for you until { $until }: choose one, find another time, or cancel free of charge.

ntf-doctor-requested =
    .title = New appointment request
    .body = A patient asks for { $when } at { $facility }. Approve or reject it.
ntf-doctor-booked =
    .title = New appointment
    .body = A patient booked { $when } at { $facility }.
ntf-doctor-moved =
    .title = Appointment moved
    .body = An appointment at { $facility } was moved from { $was } to { $when }.
ntf-doctor-cancelled =
    .title = Appointment cancelled
    .body = The appointment on { $when } at { $facility } was cancelled. That time is free again.

mail-greeting = Hello { $name },
mail-open = View appointment
mail-open-proposal = Choose a time
mail-end = Stop reminders by e-mail
mail-footer = You receive this e-mail because there is an appointment on your account. Choose what you are told in Account › Notifications.

calendar-name = My appointments – Mediverse
calendar-visit = Consultation – { $facility }
calendar-online = Online

error-reminder-minutes = Choose 15 minutes to 14 days before the appointment.
error-kind-twice = Name each kind only once.
error-quiet-hours = Quiet hours need a beginning and a different end.

error-not-found-unsubscribe-link = This link is no longer good. Choose your e-mails under Account › Notifications.
error-calendar-address = Write the whole address of the calendar: https://, http:// or webcal://.
error-calendar-internal = This address is inside a network and is not read. Use one that can be opened from anywhere.
error-calendar-away = The calendar does not answer. We try again every half an hour.
error-calendar-refused = There is no calendar to be read at that address. Check its secret address.
error-calendar-too-large = The calendar is too large: 2 MB at most.
error-calendar-unreadable = What is at that address is no calendar (iCalendar).
error-calendar-partly = Some of it repeats in a way we do not understand, or is too much: those times are not kept free. Mark them in your hours here.
error-calendar-lost = Its address can no longer be opened. Remove the calendar and add it again.

problem-too-many-calendars = There are { $max } calendars already
    .detail = Remove a calendar, then add the new one.
