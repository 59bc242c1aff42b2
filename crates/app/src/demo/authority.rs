//! The demonstration's own certificate authority. Whoever trusts it trusts one machine: it can vouch for addresses of
//! private networks alone, and its key never leaves the folder of the data.

use std::{
    fs,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
};

use jiff::{Span, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use platform::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData as _, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

use crate::private_file;

/// Years the authority is good.
const YEARS: i32 = 10;
/// Days a certificate is good: phones take none that lives longer. Every start makes another.
const DAYS: i32 = 397;

/// What it may vouch for: this machine, `.local` names, and private networks (RFC 1918, 6598, 3927).
const NAMES: [&str; 2] = ["localhost", "local"];
const NETWORKS: [(Ipv4Addr, u8); 6] = [
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
];

/// Somebody who vouches for a demonstration.
pub struct Authority {
    folder: PathBuf,
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The authority in this folder, made there where there is none. `now` is the machine's time, whatever the
    /// demonstration's clock shows: browsers look at theirs.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| Error::internal(format_args!("{}: {e}", folder.display())))?;
        let (certificate_file, key_file) = (folder.join("authority.crt"), folder.join("authority.key"));
        let key = match fs::read_to_string(&key_file) {
            Ok(text) => KeyPair::from_pem(&text)
                .map_err(|e| Error::internal(format_args!("{} holds no key: {e}", key_file.display())))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let key = KeyPair::generate().map_err(Error::internal)?;
                let certificate = params_of(&key, now).self_signed(&key).map_err(Error::internal)?;
                // The key comes last: while it is missing, nothing was made.
                private_file::replace(&certificate_file, &certificate.pem())?;
                private_file::replace(&key_file, &key.serialize_pem())?;
                key
            }
            Err(error) => return Err(Error::internal(format_args!("{}: {error}", key_file.display()))),
        };
        let certificate = fs::read_to_string(&certificate_file)
            .map_err(|e| Error::internal(format_args!("{}: {e}", certificate_file.display())))?;
        Ok(Self { folder: folder.to_owned(), certificate, issuer: Issuer::new(params_of(&key, now), key) })
    }

    /// The certificate that others must trust, in PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The file it lies in.
    pub fn file(&self) -> PathBuf {
        self.folder.join("authority.crt")
    }

    /// Makes a certificate for these names and addresses. Answers the files of the certificate and of its key.
    pub fn vouch(&self, names: &[String], now: Timestamp) -> Result<(PathBuf, PathBuf)> {
        let key = KeyPair::generate().map_err(Error::internal)?;
        let mut params = CertificateParams::new(names).map_err(Error::internal)?;
        params.distinguished_name = named("Mediverse demo");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        last(&mut params, now, DAYS.days());
        let certificate = params.signed_by(&key, &self.issuer).map_err(Error::internal)?;
        let files = (self.folder.join("server.crt"), self.folder.join("server.key"));
        private_file::replace(&files.0, &certificate.pem())?;
        private_file::replace(&files.1, &key.serialize_pem())?;
        Ok(files)
    }
}

/// Whether the authority can vouch for an address.
pub fn is_private(address: Ipv4Addr) -> bool {
    let bits = |address: Ipv4Addr, length: u8| u32::from(address) >> (32 - u32::from(length));
    NETWORKS.iter().any(|(network, length)| bits(address, *length) == bits(*network, *length))
}

/// What the authority says of itself. Its name follows from its key, so that two demonstrations are told apart.
fn params_of(key: &KeyPair, now: Timestamp) -> CertificateParams {
    let digest = Sha256::digest(key.subject_public_key_info());
    let mark = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let permitted = NAMES.iter().map(|name| GeneralSubtree::DnsName((*name).to_owned()));
    let networks = NETWORKS.iter().map(|(network, length)| (IpAddr::V4(*network), *length));
    let networks = networks.chain([(IpAddr::V6(Ipv6Addr::LOCALHOST), 128)]);
    let networks = networks.map(|(network, length)| CidrSubnet::from_addr_prefix(network, length));
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("Mediverse demo {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted.chain(networks.map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: Vec::new(),
    });
    last(&mut params, now, YEARS.years());
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// Good from yesterday on, for clocks that are slow, and so long.
fn last(params: &mut CertificateParams, now: Timestamp, life: Span) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let midnight = |day: Date| date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs());
    params.not_before = midnight(today.saturating_sub(1.day()));
    params.not_after = midnight(today.saturating_add(life));
}
