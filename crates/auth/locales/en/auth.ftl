# Why somebody is not let in
error-wrong-credentials = The e-mail, phone number or password is not right.
error-code-needed = Type the six digits your authenticator shows.
error-account-deactivated = This account has been shut. Ask the clinic to open it again.
error-not-found-account = There is no such account.
error-not-found-session = There is no such sign-in.
error-not-found-role = There is no such role.
error-not-found-super-admin-grant = Nobody waits for this word any more.

# What stands in the way
problem-email-taken = This e-mail has an account already
    .detail = Sign in with it, or set a new password.
problem-phone-taken = This phone number has an account already
    .detail = Sign in with it, or use another number.
problem-last-super-admin = Somebody must be able to run the house
    .detail = Make another account super admin first.
problem-needs-another-super-admin = It takes the word of another super admin
    .detail = Ask one who neither asked for this nor is meant by it.
problem-would-lock-out = Nobody could edit roles any more
    .detail = The super admin keeps the permission to edit roles.
problem-too-many-roles = There are { $max } roles already
    .detail = Retire one nobody needs any more, then make this one.
problem-kept-views-full = You keep { $max } views already
    .detail = Forget one of them first, or use its name again.
problem-second-factor-exists = There is a second factor already
    .detail = Take it off before you set up another.
problem-no-second-factor = There is no second factor
    .detail = Set one up first.
problem-account-deactivated = This account has been shut
    .detail = Activate it first.

# The remedy for one field
error-weak-password = This password is guessed too quickly. Take four words that do not belong together.
error-wrong-password = This is not the present password.
error-wrong-code = This code is not right or no longer good. Ask for a new one.
error-code-digits = The code has six digits.
error-facilities-of-admins = Only admins work for facilities.
error-not-of-staff = This is of patients or doctors themselves, or takes the word of two: no named role may hold it.
error-choose-permission = Choose at least one thing the role allows.
error-role-name-taken = Another role is called so. Take another name.
error-unknown-role = There is no such role in use.
error-beyond-admin = Admins may not do this: a super admin has to give it.
error-named-roles-of-admins = Only admins hold named roles.
error-unknown-permission = There is no permission of this name.
error-audit-head = This does not come from an earlier check. Leave it out to begin anew.
