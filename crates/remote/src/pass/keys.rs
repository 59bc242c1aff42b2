//! The keys of roles: each role signs with its own, and everybody knows the public half of all. They lie in one folder:
//! `web.pub` and so on for every role, and `web.key` only where that role lives.

use std::{
    collections::HashMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use platform::{Error, Result, entropy::Entropy};

/// What begins a line with a signing key, and one with a public key.
const SIGNING: &str = "mediverse-service-key-1";
const PUBLIC: &str = "mediverse-service-public-1";
/// Public keys of one role at most: the one in use, and the one that comes after it.
const MOST: usize = 4;
/// A key's file is some dozen letters a line.
const MOST_BYTES: u64 = 4_096;

/// What a process signs with, and what it knows others by.
pub struct ServiceKeys {
    own: Vec<Ed25519KeyPair>,
    known: HashMap<String, Vec<[u8; 32]>>,
}

impl ServiceKeys {
    /// Reads the keys a process with these roles needs: the signing key of each, and every public key. Fails where one
    /// of its own is missing, or does not belong to what is published.
    pub fn read(folder: &Path, roles: &[&str]) -> Result<Self> {
        let mut known: HashMap<String, Vec<[u8; 32]>> = HashMap::new();
        for entry in fs::read_dir(folder).map_err(|e| cannot(folder, &e))? {
            let path = entry.map_err(Error::internal)?.path();
            if path.extension().is_some_and(|end| end == "pub") {
                let role = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                known.insert(role.clone(), lines(&path, PUBLIC, &role)?);
            }
        }
        let own = roles.iter().map(|role| {
            let path = file(folder, role, "key");
            let seed = lines(&path, SIGNING, role)?.pop().ok_or_else(|| unfit(&path))?;
            let key = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| unfit(&path))?;
            let published =
                known.get(*role).is_some_and(|keys| keys.iter().any(|one| one == key.public_key().as_ref()));
            if published {
                Ok(key)
            } else {
                Err(Error::internal(format_args!("{}: its public half is not in {role}.pub", path.display())))
            }
        });
        Ok(Self { own: own.collect::<Result<_>>()?, known })
    }

    /// A seal of each of the process's roles, joined by `+`.
    pub(super) fn sign(&self, said: &str) -> String {
        let seals = self.own.iter().map(|key| BASE64_URL_SAFE_NO_PAD.encode(key.sign(said.as_bytes())));
        seals.collect::<Vec<_>>().join("+")
    }

    /// Whether every role that the caller claims has sealed what is said.
    pub(super) fn is_signed(&self, caller: &str, said: &str, seals: &str) -> bool {
        let (roles, seals): (Vec<&str>, Vec<&str>) = (caller.split('+').collect(), seals.split('+').collect());
        let by = |role: &&str, seal: &&str| {
            let Ok(seal) = BASE64_URL_SAFE_NO_PAD.decode(seal) else { return false };
            let keys = self.known.get(*role).map(Vec::as_slice).unwrap_or_default();
            keys.iter().any(|key| UnparsedPublicKey::new(&ED25519, key).verify(said.as_bytes(), &seal).is_ok())
        };
        roles.len() == seals.len() && roles.iter().zip(&seals).all(|(role, seal)| by(role, seal))
    }
}

/// Makes a key for each of these roles that has none in the folder; answers the files that were made. With `anew` a
/// role that has one gets another beside it: its public half is published first, `role.key` is replaced at once.
pub fn make_keys(folder: &Path, roles: &[&str], anew: bool, entropy: &Entropy) -> Result<Vec<PathBuf>> {
    let mut made = Vec::new();
    make_folder(folder)?;
    for role in roles {
        let (private, public) = (file(folder, role, "key"), file(folder, role, "pub"));
        if private.exists() && !anew {
            continue;
        }
        let seed: [u8; 32] = entropy.bytes();
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(Error::internal)?;
        let mut published = if public.exists() { lines(&public, PUBLIC, role)? } else { Vec::new() };
        if published.len() >= MOST {
            published.remove(0);
        }
        published.push(<[u8; 32]>::try_from(key.public_key().as_ref()).map_err(Error::internal)?);
        let text: String = published.iter().map(|key| line(PUBLIC, role, key)).collect();
        write(&public, &text, 0o644)?;
        write(&private, &line(SIGNING, role, &seed), 0o600)?;
        made.extend([private, public]);
    }
    Ok(made)
}

fn file(folder: &Path, role: &str, end: &str) -> PathBuf {
    folder.join(format!("{role}.{end}"))
}

fn line(kind: &str, role: &str, key: &[u8]) -> String {
    format!("{kind} {role} {}\n", BASE64_URL_SAFE_NO_PAD.encode(key))
}

/// The keys in a file: each line of this kind, and of the role it is named by.
fn lines(path: &Path, kind: &str, role: &str) -> Result<Vec<[u8; 32]>> {
    if fs::metadata(path).map_err(|e| cannot(path, &e))?.len() > MOST_BYTES {
        return Err(unfit(path));
    }
    let text = fs::read_to_string(path).map_err(|e| cannot(path, &e))?;
    let keys = text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let mut words = line.split_whitespace();
        let fits = words.next() == Some(kind) && words.next() == Some(role);
        let key = words.next().filter(|_| fits).and_then(|key| BASE64_URL_SAFE_NO_PAD.decode(key).ok());
        key.and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or_else(|| unfit(path))
    });
    let keys = keys.collect::<Result<Vec<_>>>()?;
    if (1..=MOST).contains(&keys.len()) { Ok(keys) } else { Err(unfit(path)) }
}

fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| cannot(folder, &e))
}

/// Whole or not at all: a process may be reading it.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let draft = path.with_added_extension("new");
    let written = (|| {
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        let mut file = options.open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    })();
    written.map_err(|e| cannot(path, &e))
}

fn cannot(path: &Path, cause: &std::io::Error) -> Error {
    Error::internal(format_args!("services.keys: {}: {cause}", path.display()))
}

fn unfit(path: &Path) -> Error {
    Error::internal(format_args!(
        "services.keys: {} holds no key of its role (mediverse keys services)",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use platform::entropy::Entropy;

    use super::{ServiceKeys, make_keys};

    /// A process has its own key and nobody else's; what it signs all others can check.
    #[test]
    fn a_role_signs_for_itself_alone() {
        let (all, of_web) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let made = make_keys(all.path(), &["web", "people", "scheduling"], false, &Entropy::seeded(1)).unwrap();
        assert_eq!(made.len(), 6);
        assert!(make_keys(all.path(), &["web"], false, &Entropy::seeded(2)).unwrap().is_empty(), "made once");
        for name in ["web.key", "web.pub", "people.pub", "scheduling.pub"] {
            std::fs::copy(all.path().join(name), of_web.path().join(name)).unwrap();
        }
        let web = ServiceKeys::read(of_web.path(), &["web"]).unwrap();
        assert!(ServiceKeys::read(of_web.path(), &["scheduling"]).is_err(), "it has no key to pass as another");
        let people = ServiceKeys::read(all.path(), &["people"]).unwrap();
        assert!(people.is_signed("web", "said", &web.sign("said")));
        assert!(!people.is_signed("web", "other", &web.sign("said")));
        assert!(!people.is_signed("scheduling", "said", &web.sign("said")), "web is not scheduling");
        assert!(!people.is_signed("scheduling+web", "said", &web.sign("said")), "nor both");
        assert!(!people.is_signed("mail", "said", &web.sign("said")), "nor somebody nobody knows");
        let both = ServiceKeys::read(all.path(), &["scheduling", "web"]).unwrap();
        assert!(people.is_signed("scheduling+web", "said", &both.sign("said")));
        assert!(!people.is_signed("web+scheduling", "said", &both.sign("said")), "each seal is its role's");
    }

    /// Keys are exchanged without a pause: the new public half is known to all before anybody signs with the new key.
    #[test]
    fn a_key_is_exchanged_while_both_are_known() {
        let folder = tempfile::tempdir().unwrap();
        make_keys(folder.path(), &["web"], false, &Entropy::seeded(1)).unwrap();
        let before = ServiceKeys::read(folder.path(), &["web"]).unwrap();
        make_keys(folder.path(), &["web"], true, &Entropy::seeded(2)).unwrap();
        let after = ServiceKeys::read(folder.path(), &["web"]).unwrap();
        assert_ne!(before.sign("said"), after.sign("said"));
        assert!(after.is_signed("web", "said", &before.sign("said")));
        assert!(!before.is_signed("web", "said", &after.sign("said")), "who has not read it yet");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("web.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(folder.path().join("web.pub"), "mediverse-service-public-1 people AAAA\n").unwrap();
        assert!(ServiceKeys::read(folder.path(), &["web"]).is_err(), "a key of another role under its name");
    }
}
