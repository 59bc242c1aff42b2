//! The key that wraps all others: 256 bits in a file only its owner may read, and on paper.

use std::{fs, io::Write, path::Path};

use zeroize::Zeroizing;

use super::{
    primitives::{hex, hmac_sha256, sha256_hex},
    seal::DataKey,
};
use crate::{
    entropy::Entropy,
    error::{Error, Result},
};

const MARK: &str = "mediverse-master-key-1";

/// The master key. Wiped from memory when dropped; never shown by `Debug`.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(«private»)")
    }
}

impl MasterKey {
    /// A new key.
    pub fn generate(entropy: &Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes()))
    }

    /// Reads the key file, or makes it (mode 0600) where there is none; the second answer says whether it was made,
    /// so that its recovery text can be printed once. Refuses a file that others may read.
    pub fn open(path: &Path, entropy: &Entropy) -> Result<(Self, bool)> {
        match fs::read_to_string(path) {
            Ok(text) => {
                refuse_if_shared(path)?;
                Self::parse(&text).map(|key| (key, false))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Self::generate(entropy);
                key.save(path)?;
                Ok((key, true))
            }
            Err(error) => Err(Error::internal(format_args!("the master key file cannot be read: {error}"))),
        }
    }

    /// Writes a new key file (mode 0600). Never overwrites one.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file =
            options.open(path).map_err(|e| Error::internal(format_args!("the master key file cannot be made: {e}")))?;
        let text = Zeroizing::new(format!("{MARK} {}\n", hex(&self.0[..])));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::internal)
    }

    /// The key to be written on paper: 17 groups of four hex digits, the last one a check.
    pub fn recovery_text(&self) -> String {
        let digits = hex(&self.0[..]);
        let check = sha256_hex(digits.as_bytes());
        let groups: Vec<&str> = (0..16).map(|i| &digits[i * 4..i * 4 + 4]).chain([&check[..4]]).collect();
        groups.join("-")
    }

    /// The key from its recovery text; spaces, dashes and capitals do not matter. 422 where a digit is wrong.
    pub fn recover(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("recovery", "invalid");
        let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let (key, check) = digits.split_at_checked(64).ok_or_else(wrong)?;
        if check == &sha256_hex(key.as_bytes())[..4] { unhex(key).map(Self).ok_or_else(wrong) } else { Err(wrong()) }
    }

    /// A key of its own for one purpose: `csrf`, `blind-index:card:1`.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        hmac_sha256(&self.0[..], &[b"mediverse:derive:", purpose.as_bytes()])
    }

    /// A key that seals values for one purpose: what a browser keeps for us between two pages, for instance.
    pub fn sealing(&self, purpose: &str) -> DataKey {
        let [id, key] = ["id", "key"].map(|part| self.derive(&format!("seal:{purpose}:{part}")));
        DataKey::new(std::array::from_fn(|i| id[i]), &key)
    }

    /// The key that wraps data keys.
    pub(super) fn wrapping(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.derive("wrap-data-keys:1"))
    }

    fn parse(text: &str) -> Result<Self> {
        let digits = text.trim().strip_prefix(MARK).map(str::trim);
        digits
            .and_then(unhex)
            .map(Self)
            .ok_or_else(|| Error::internal("the master key file does not hold a master key"))
    }
}

fn unhex(digits: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[i * 2..i * 2 + 2], 16).ok()?;
    }
    Some(key)
}

/// A file of our own is read by nobody else. One that is another's, as a cluster mounts secrets into a container that
/// is not root, may be read by its group, for that is how we read it.
#[cfg(unix)]
fn refuse_if_shared(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let file = fs::metadata(path).map_err(Error::internal)?;
    let (group, others) = (file.mode() & 0o070, file.mode() & 0o007);
    let mounted = || fs::metadata("/proc/self").is_ok_and(|us| us.uid() != file.uid());
    if (group, others) == (0, 0) || (group, others) == (0o040, 0) && mounted() {
        Ok(())
    } else {
        Err(Error::internal("the master key file may be read by others: set its mode to 0600"))
    }
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::MasterKey;
    use crate::entropy::Entropy;

    /// E6
    #[test]
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let (made, fresh) = MasterKey::open(&path, &Entropy::System).unwrap();
        assert!(fresh);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let (read, fresh) = MasterKey::open(&path, &Entropy::System).unwrap();
        assert!(!fresh && read.derive("x") == made.derive("x"));
        assert!(made.save(&path).is_err(), "a key is never overwritten");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(MasterKey::open(&path, &Entropy::System).is_err());
        // Only root can give a file away.
        if std::os::unix::fs::chown(&path, Some(65_534), None).is_ok() {
            assert!(MasterKey::open(&path, &Entropy::System).is_ok(), "mounted for our group");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(MasterKey::open(&path, &Entropy::System).is_err());
        }
    }

    #[test]
    fn a_purpose_has_a_sealing_key_of_its_own() {
        let (master, entropy) = (MasterKey::generate(&Entropy::seeded(7)), Entropy::System);
        let sealed = master.sealing("pages").seal("cookie", b"text", &entropy);
        assert_eq!(master.sealing("pages").open("cookie", &sealed).unwrap(), b"text");
        assert!(master.sealing("other").open("cookie", &sealed).is_err());
        assert!(MasterKey::generate(&Entropy::seeded(8)).sealing("pages").open("cookie", &sealed).is_err());
    }

    /// E6
    #[test]
    fn the_recovery_text_gives_the_key_back_and_notices_slips() {
        let key = MasterKey::generate(&Entropy::seeded(7));
        let text = key.recovery_text();
        let typed = text.replace('-', " ").to_uppercase();
        assert_eq!(MasterKey::recover(&typed).unwrap().derive("x"), key.derive("x"));
        let slipped =
            if let Some(rest) = text.strip_prefix('0') { format!("1{rest}") } else { format!("0{}", &text[1..]) };
        assert!(MasterKey::recover(&slipped).is_err() && MasterKey::recover("").is_err());
    }
}
