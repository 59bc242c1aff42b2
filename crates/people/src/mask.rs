//! How identity numbers and contacts are shown to those who may not see them: enough to recognise, too little to use.

const DOT: char = '•';

/// A NIK: the place of registration and the serial number.
pub(crate) fn nik(value: &str) -> String {
    ends(value, 4, 4)
}

/// A BPJS number: its last four digits.
pub(crate) fn bpjs(value: &str) -> String {
    ends(value, 0, 4)
}

/// A phone number: the country and its last three digits.
pub(crate) fn phone(value: &str) -> String {
    ends(value, 3, 3)
}

/// An e-mail address: its first letter and its domain.
pub(crate) fn email(value: &str) -> String {
    match value.split_once('@') {
        Some((name, domain)) => format!("{}{DOT}{DOT}{DOT}@{domain}", name.chars().take(1).collect::<String>()),
        None => ends(value, 0, 0),
    }
}

/// A line of an address: nothing of it, only that there is one.
pub(crate) fn line(value: &str) -> String {
    if value.is_empty() { String::new() } else { DOT.to_string().repeat(6) }
}

/// Dots for all but so many letters at the beginning and the end.
fn ends(value: &str, first: usize, last: usize) -> String {
    let letters = value.chars().count();
    let hidden = |at: usize| at >= first && at + last < letters;
    value.chars().enumerate().map(|(at, letter)| if hidden(at) { DOT } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    /// A2
    #[test]
    fn little_is_left() {
        assert_eq!(super::nik("7371010101900001"), "7371••••••••0001");
        assert_eq!(super::bpjs("0001105689835"), "•••••••••9835");
        assert_eq!(super::phone("+6281234567890"), "+62••••••••890");
        assert_eq!(super::email("siti.aminah@contoh.id"), "s•••@contoh.id");
        assert_eq!((super::line("Jl. Melati 5"), super::line("")), ("••••••".to_owned(), String::new()));
    }
}
