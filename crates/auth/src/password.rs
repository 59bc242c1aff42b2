//! Passwords: how they are hashed, checked and judged (A5).

use std::{sync::Arc, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use platform::{Cx, Error, Result, error::FieldError};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes of Argon2id: the first choice of OWASP's list for servers.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// A hash nobody's password has, checked against where there is no account, so that the answer takes as long.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// How long somebody waits for their turn: beyond that more are signing in than the machine can serve.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest password that is looked at, in bytes.
const LONGEST: usize = 1024;

/// Words that Indonesian passwords are made of, beside the English lists of the estimator.
const WORDS: &[&str] = &[
    "rahasia",
    "sayang",
    "cinta",
    "bismillah",
    "alhamdulillah",
    "assalamualaikum",
    "indonesia",
    "merdeka",
    "garuda",
    "pancasila",
    "jakarta",
    "bandung",
    "surabaya",
    "makassar",
    "medan",
    "semarang",
    "yogyakarta",
    "bali",
    "sulawesi",
    "sumatera",
    "kalimantan",
    "papua",
    "katasandi",
    "sandi",
    "masuk",
    "kesehatan",
    "rumahsakit",
    "dokter",
    "pasien",
    "perawat",
    "klinik",
    "puskesmas",
    "apotek",
    "mediverse",
    "bpjs",
    "kucing",
    "anjing",
    "harimau",
    "kopi",
    "nasi",
    "goreng",
    "ganteng",
    "cantik",
    "keluarga",
    "anakku",
    "istriku",
    "suamiku",
    "mamaku",
    "ibuku",
    "ayahku",
    "bapak",
    "persib",
    "persija",
    "arema",
    "doraemon",
    "selamat",
    "pagi",
    "malam",
    "jumat",
    "senin",
    "selasa",
    "rabu",
    "kamis",
    "sabtu",
    "minggu",
    "januari",
    "februari",
    "maret",
    "agustus",
    "desember",
    "semangat",
    "berkah",
];

/// How a password compares with what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Another one.
    Wrong,
    /// The same.
    Right,
    /// The same, but kept in a way that is no longer used.
    Outdated,
}

/// Hashes and checks passwords off the request threads, a few at a time.
pub(crate) struct Passwords {
    gate: Arc<Semaphore>,
}

impl Passwords {
    /// At most so many at the same time.
    pub(crate) fn new(at_once: usize) -> Self {
        Self { gate: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// The Argon2id hash in PHC form.
    pub(crate) async fn hash(&self, cx: &Cx, password: &str) -> Result<String> {
        let salt: [u8; 16] = cx.entropy.bytes();
        let password = password.to_owned();
        self.work(move || {
            let hash = argon2id().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|_| Error::internal("a password cannot be hashed"))
        })
        .await?
    }

    /// Compares with what is kept; takes as long where nothing is.
    pub(crate) async fn check(&self, password: &str, kept: Option<String>) -> Result<Verdict> {
        let password = password.to_owned();
        self.work(move || compare(&password, kept.as_deref().unwrap_or(DECOY))).await
    }

    /// Judges a new password: 10 to 200 characters and not one that is quickly guessed, also by somebody who knows
    /// these facts about the person.
    pub(crate) async fn judge(
        &self,
        field: &'static str,
        password: &str,
        facts: Vec<String>,
    ) -> Result<Option<FieldError>> {
        let length = password.chars().count();
        if length < 10 {
            return Ok(Some(FieldError::new(field, "too-short").with("min", 10)));
        }
        if length > 200 || password.len() > LONGEST {
            return Ok(Some(FieldError::new(field, "too-long").with("max", 200)));
        }
        let password = password.to_owned();
        let weak = self.work(move || quickly_guessed(&password, &facts)).await?;
        Ok(weak.then(|| FieldError::new(field, "weak-password")))
    }

    /// Somewhere else than on the request threads, when it is our turn.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let waiting = tokio::time::timeout(PATIENCE, self.gate.clone().acquire_owned());
        let turn = waiting.await.map_err(|_| Error::Unavailable("password hashing"))?.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(turn);
            answer
        });
        done.await.map_err(|_| Error::internal("hashing a password panicked"))
    }
}

fn argon2id() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).expect("the cost is within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn compare(password: &str, kept: &str) -> Verdict {
    if kept.starts_with("$2") {
        let same = bcrypt::verify(password, kept).unwrap_or(false);
        return if same { Verdict::Outdated } else { Verdict::Wrong };
    }
    // The parameters of a hash are its own, so that older hashes are checked as they were made.
    if argon2id().verify_password(password.as_bytes(), kept).is_err() {
        Verdict::Wrong
    } else if kept.starts_with(DECOY.split_at("$argon2id$v=19$m=19456,t=2,p=1$".len()).0) {
        Verdict::Right
    } else {
        Verdict::Outdated
    }
}

/// Fewer than about 10⁸ guesses are enough (a score below 3), or little is left without what is known of the person.
fn quickly_guessed(password: &str, facts: &[String]) -> bool {
    let facts: Vec<String> = facts.iter().flat_map(|fact| parts(fact)).collect();
    let known: Vec<&str> = WORDS.iter().copied().chain(facts.iter().map(String::as_str)).collect();
    let rest = facts.iter().fold(password.to_lowercase(), |rest, fact| rest.replace(fact, ""));
    rest.chars().count() < 6 || zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Three
}

/// The words of a fact that are long enough to tell something.
fn parts(fact: &str) -> Vec<String> {
    let words = fact.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2);
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{DECOY, Verdict, compare, quickly_guessed};

    #[test]
    fn the_decoy_is_a_real_hash_that_no_password_has() {
        argon2::PasswordHash::new(DECOY).unwrap();
        assert_eq!(compare("", DECOY), Verdict::Wrong);
    }

    /// A5
    #[test]
    fn bcrypt_hashes_are_accepted_and_outdated() {
        let kept = bcrypt::hash("kuda laut biru", 4).unwrap();
        assert_eq!(compare("kuda laut biru", &kept), Verdict::Outdated);
        assert_eq!(compare("kuda laut hijau", &kept), Verdict::Wrong);
        assert_eq!(compare("kuda laut biru", "$2b$garbage"), Verdict::Wrong);
        assert_eq!(compare("kuda laut biru", ""), Verdict::Wrong);
    }

    #[test]
    fn what_is_quickly_guessed_is_told() {
        for weak in [
            "rahasia123",
            "Bismillah1",
            "sayangku123",
            "password123",
            "qwertyuiop",
            "siti1990siti",
            "SitiRahma1!",
            "Indonesia45",
        ] {
            assert!(quickly_guessed(weak, &["Siti Rahma".to_owned(), "siti@example.com".to_owned()]), "{weak}");
        }
        for good in ["kuda laut biru menari", "t7#Lq9-vzPw2", "perahu-kertas-melawan-badai"] {
            assert!(!quickly_guessed(good, &[]), "{good}");
        }
    }
}
