# Title and explanation for every kind of failure. `problem-<kind>` is the title, `.detail` the explanation.

problem-malformed = The request cannot be read
    .detail = The request is not put together correctly.
problem-unauthenticated = Please sign in
    .detail = This is for people who are signed in. Sign in, then try again.
problem-forbidden = Not allowed
    .detail = This account does not have permission to do that.
problem-not-found = Not found
    .detail = What you are looking for does not exist, or does not belong to this account.
problem-method-not-allowed = That method is not known here
    .detail = This address exists, but does not accept that kind of request.
problem-conflict = This cannot be done now
    .detail = Things have changed. Reload and try again.
problem-stale = Changed by somebody else
    .detail = This changed since you opened it. Reload, check, then save again.
problem-too-large = Too large
    .detail = The largest size is { $max } bytes.
problem-unsupported = Unsupported kind of content
    .detail = Send content of a media type named in the documentation.
problem-invalid = Something needs to be corrected
    .detail = Check the marked fields, then send again.
problem-precondition-required = The version is missing
    .detail = Name the version you are changing in the If-Match header.
problem-rate-limited = Too many requests
    .detail = Try again in { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    }.
problem-unavailable = Not available at the moment
    .detail = This service will be back shortly. Trying again is safe.
problem-late = This took too long
    .detail = The request did not finish in time. Check the result before you try again.
problem-internal = Something went wrong on our side
    .detail = Mention this request number if you contact us.

# Why somebody is not signed in or not allowed
error-sign-in-needed = This is for people who are signed in. Sign in, then try again.
error-bad-credentials = Those sign-in details do not match.
error-bad-token = This token is no longer valid. Sign in again.
error-session-expired = Your session has ended. Sign in again.
error-csrf = This form is no longer valid. Reload the page, then send it again.

# The remedy for one field
error-required = Fill this in.
error-too-short = At least { $min ->
    [one] one character
   *[other] { $min } characters
}.
error-too-long = At most { $max ->
    [one] one character
   *[other] { $max } characters
}.
error-control-characters = Remove the invisible control characters.
error-malformed = The content cannot be read: it is not well formed.
error-missing = This must be there.
error-unknown-field = This field is not known.
error-duplicate = This may be given only once.
error-wrong-type = This value is of the wrong type.
error-not-one-of = Choose one of: { $choices }.
error-invalid = This value cannot be used.
error-invalid-id = This is not a correct identifier.
error-invalid-date = Write the date as year-month-day, for example 2026-11-24.
error-invalid-time = Write the time as hour:minute, for example 09:30.
error-invalid-email = Write the whole e-mail address, for example name@example.com.
error-invalid-phone = Write the whole telephone number, for example 0812 3456 7890.
error-invalid-version = The version is a number in quotes, for example "3".
error-invalid-idempotency-key = The key is 1 to 255 visible ASCII characters.
error-too-small = At least { $min }.
error-too-great = At most { $max }.
error-out-of-range = Choose a value from { $min } to { $max }.
error-staff-only = Only staff can fill this in.
error-too-many = At most { $max ->
    [one] one item
   *[other] { $max } items
}.
error-in-the-past = Choose a time in the future.
error-in-the-future = Choose a date in the past.
error-nul = Remove the null character from the text.
