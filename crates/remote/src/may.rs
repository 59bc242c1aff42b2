//! Who may call what. A caller is the roles of its process; it may do what one of them may. Whoever adds a call between
//! processes adds it here: what is not here is refused, so that a process that was taken over can do no more than its
//! roles ever had to.

/// Verbs of a service.
enum Verbs {
    /// Every one: each checks who asks, as everywhere.
    All,
    /// These.
    These(&'static [&'static str]),
}

/// How a process without accounts knows who is signed in.
const DOORKEEPING: Verbs = Verbs::These(&["identify_bearer", "identify_cookie", "jwks", "news"]);

/// Role, service, verbs.
const MAY: &[(&str, &str, Verbs)] = &[
    // The pages are a face of every verb.
    ("web", "auth", Verbs::All),
    ("web", "people", Verbs::All),
    ("web", "directory", Verbs::All),
    ("web", "scheduling", Verbs::All),
    ("web", "notifications", Verbs::All),
    // How each process is, for operators.
    ("web", "process", Verbs::All),
    ("gateway", "auth", DOORKEEPING),
    // Signing up opens an account and keeps the profile.
    ("auth", "people", Verbs::These(&["check_form", "register_self"])),
    ("people", "auth", DOORKEEPING),
    ("directory", "auth", DOORKEEPING),
    ("scheduling", "auth", DOORKEEPING),
    // Whose copy of a patient is missing.
    ("scheduling", "people", Verbs::These(&["patient_profile"])),
    ("notifications", "auth", DOORKEEPING),
];

/// Whether a process with these roles, joined by `+`, may call that verb.
pub(crate) fn call(caller: &str, service: &str, method: &str) -> bool {
    let may = |role: &str| {
        MAY.iter().any(|(of, to, verbs)| {
            *of == role
                && *to == service
                && match verbs {
                    Verbs::All => true,
                    Verbs::These(these) => these.contains(&method),
                }
        })
    };
    caller.split('+').any(may)
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn a_role_may_what_its_work_needs_and_no_more() {
        for (caller, service, method, may) in [
            ("web", "scheduling", "book", true),
            ("gateway+web", "people", "patient", true),
            ("gateway", "auth", "news", true),
            ("gateway", "auth", "log_in", false),
            ("gateway", "people", "patient", false),
            ("scheduling", "people", "patient_profile", true),
            ("scheduling", "people", "export", false),
            ("scheduling", "auth", "set_role", false),
            ("directory", "people", "patient_profile", false),
            ("directory+scheduling", "people", "patient_profile", true),
            ("auth", "people", "register_self", true),
            ("all", "people", "patient", false),
            ("", "auth", "news", false),
        ] {
            assert_eq!(call(caller, service, method), may, "{caller} {service}.{method}");
        }
    }
}
