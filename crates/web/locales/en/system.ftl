nav-system = System
system-title = System health
system-tabs = Sections
system-services = Services
system-parked = Parked
system-jobs = Jobs
system-logs = Logs
system-again = Refresh
system-well = Everything is running
system-look = { $n ->
    [one] One thing to look at
   *[other] { $n } things to look at
}
system-summary = { $n ->
    [one] One process, version { $version }
   *[other] { $n } processes, version { $version }
}
system-part-all = One process
system-part-gateway = Gateway
system-part-web = Pages
system-part-auth = Accounts
system-part-people = Patients
system-part-directory = Directory
system-part-scheduling = Scheduling
system-part-notifications = Notifications
system-ready = Ready
system-not-ready = Not ready
system-ready-but = Ready, look closer
system-ready-of = { $good } of { $all } ready
system-silent = Does not answer
system-missing = Missing: { $what }
system-without = Ready, without { $what }
system-up = up { $time }
system-levels = Migrations
system-store-silent = The database does not answer
system-store-old = Migrations are missing
system-store-newer = The database is newer than the program
system-outbox = Not sent yet
system-hearing = Not applied yet
system-due = Jobs overdue
system-pool = Connections
system-pool-waiting = { $used } / { $most }, { $waiting } waiting
system-ms = { $n } ms
system-seconds = { $n } s
system-minutes = { $n } min
system-hours = { $n } h
system-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
system-trouble-parked = { $n ->
    [one] One event waits for a decision
   *[other] { $n } events wait for a decision
}
system-trouble-dead = { $n ->
    [one] One job has failed for good
   *[other] { $n } jobs have failed for good
}
system-trouble-versions = Different versions are running: { $versions }
system-silent-some = No answer from { $who }. What is shown is not complete.
system-parked-title = Parked events
system-parked-line = These events could not be applied. Later ones about the same subject wait until somebody decides.
system-parked-none = Nothing is parked
system-parked-none-line = Events that fail again and again appear here.
system-heard-by = for { $who }
system-tries = { $n ->
    [one] tried once
   *[other] tried { $n } times
}
system-behind = { $n ->
    [one] One event waits behind it
   *[other] { $n } events wait behind it
}
system-context = Part
system-id = Event
system-subject = Subject
system-source = Source
system-retry = Try again
system-drop = Drop
system-drop-why = Reason (kept in the audit trail)
system-drop-line = No names or patient data. This cannot be undone.
system-drop-event = Drop the event
system-drop-job = Drop the job
system-decided = It was decided already, or is done. This is how things stand now.
system-jobs-title = Jobs
system-jobs-none = No jobs to look at
system-jobs-none-line = Jobs that run, are late or fail appear here.
system-job-running = Running
system-job-due = Due
system-job-failing = Failing
system-job-dead = Dead
system-error = error { $what }
system-logs-title = Logs
system-trace = Trace or request id
system-trace-line = 32 hexadecimal digits, or the request number from an error page.
system-find = Find
system-trace-of = trace { $trace }
system-logs-warnings = Latest warnings and errors
system-logs-found = { $n ->
    [one] One line
   *[other] { $n } lines
}
system-logs-quiet = No warnings
system-logs-quiet-line = Each process keeps its newest 4,096 lines.
system-logs-none = No lines
system-logs-none-line = They may have been pushed out. Look in the log collector.
system-logs-all = Latest warnings
error-trace-id = Write 32 hexadecimal digits, or a request number.
flash-event-retried = The event is tried again.
flash-event-dropped = The event was dropped.
flash-job-retried = The job runs again.
flash-job-dropped = The job was dropped.
