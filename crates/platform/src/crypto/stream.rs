//! Sealing long files piece by piece, so that neither side holds more than a piece in memory: AES-256-GCM under a key of
//! the file's own, made from the given key and a salt. A piece's nonce is its number and whether it is the last, so
//! pieces can be neither swapped nor repeated nor cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar,
//! Rogaway and Vizár, 2015).

use std::io::{self, BufRead, BufReader, Read, Write};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::primitives::hmac_sha256;
use crate::entropy::Entropy;

/// The only format so far.
const MARK: &[u8; 8] = b"MVSEAL1\n";
/// Bytes of a piece before it is sealed.
const PIECE: usize = 64 * 1024;
/// Bytes of an authentication tag.
const TAG: usize = 16;
const SALT: usize = 32;

fn cipher(key: &[u8; 32], salt: &[u8; SALT]) -> Aes256Gcm {
    let own = Zeroizing::new(hmac_sha256(key, &[b"mediverse:file:", salt]));
    Aes256Gcm::new(&(*own).into())
}

fn nonce(number: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[0] = u8::from(last);
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    nonce
}

fn refused() -> io::Error {
    let why = "a sealed file cannot be opened: it was changed, cut off, moved, or sealed with another key";
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Seals what is written to it. It is whole only after [`SealingWriter::finish`].
pub struct SealingWriter<W: Write> {
    inner: W,
    cipher: Aes256Gcm,
    place: String,
    piece: Vec<u8>,
    number: u64,
}

impl<W: Write> SealingWriter<W> {
    /// Begins a file. `place` says what it is; it cannot be opened as anything else.
    pub fn begin(mut inner: W, key: &[u8; 32], place: &str, entropy: &Entropy) -> io::Result<Self> {
        let salt: [u8; SALT] = entropy.bytes();
        inner.write_all(MARK)?;
        inner.write_all(&salt)?;
        let piece = Vec::with_capacity(PIECE + TAG);
        Ok(Self { inner, cipher: cipher(key, &salt), place: place.to_owned(), piece, number: 0 })
    }

    /// Seals what is left and hands the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let payload = Payload { msg: &self.piece, aad: self.place.as_bytes() };
        let sealed = self.cipher.encrypt(&nonce(self.number, last).into(), payload).map_err(|_| refused())?;
        self.inner.write_all(&sealed)?;
        self.number += 1;
        self.piece.clear();
        Ok(())
    }
}

impl<W: Write> Write for SealingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only once more is there is a full piece known not to be the last.
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens what is read from it. What was read is only to be trusted once its end was reached.
pub struct OpeningReader<R: Read> {
    inner: BufReader<R>,
    cipher: Aes256Gcm,
    place: String,
    piece: Vec<u8>,
    at: usize,
    number: u64,
    ended: bool,
}

impl<R: Read> OpeningReader<R> {
    /// Reads the head of a sealed file.
    pub fn begin(inner: R, key: &[u8; 32], place: &str) -> io::Result<Self> {
        let mut inner = BufReader::with_capacity(PIECE + TAG, inner);
        let (mut mark, mut salt) = ([0; MARK.len()], [0; SALT]);
        inner.read_exact(&mut mark).and_then(|()| inner.read_exact(&mut salt)).map_err(|_| refused())?;
        if mark != *MARK {
            return Err(refused());
        }
        let (cipher, place) = (cipher(key, &salt), place.to_owned());
        Ok(Self { inner, cipher, place, piece: Vec::new(), at: 0, number: 0, ended: false })
    }

    fn open(&mut self) -> io::Result<()> {
        let mut sealed = Vec::with_capacity(PIECE + TAG);
        self.inner.by_ref().take((PIECE + TAG) as u64).read_to_end(&mut sealed)?;
        let last = sealed.len() < PIECE + TAG || self.inner.fill_buf()?.is_empty();
        let payload = Payload { msg: &sealed, aad: self.place.as_bytes() };
        self.piece = self.cipher.decrypt(&nonce(self.number, last).into(), payload).map_err(|_| refused())?;
        (self.at, self.ended) = (0, last);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for OpeningReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && !self.ended {
            self.open()?;
        }
        let taken = buffer.len().min(self.piece.len() - self.at);
        buffer[..taken].copy_from_slice(&self.piece[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::{MARK, OpeningReader, PIECE, SALT, SealingWriter, TAG};
    use crate::entropy::Entropy;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut writer = SealingWriter::begin(Vec::new(), &[1; 32], "people", &Entropy::System).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn opened(sealed: &[u8], key: u8, place: &str) -> std::io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        OpeningReader::begin(sealed, &[key; 32], place)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    /// E6
    #[test]
    fn a_file_of_any_length_opens_with_its_key_as_what_it_is() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let plain: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let sealed = sealed(&plain);
            assert_eq!(opened(&sealed, 1, "people").unwrap(), plain);
            assert!(opened(&sealed, 2, "people").is_err() && opened(&sealed, 1, "auth").is_err());
        }
    }

    /// E6
    #[test]
    fn pieces_are_neither_changed_nor_swapped_nor_cut_off_unnoticed() {
        let whole = sealed(&vec![7; 2 * PIECE + 5]);
        let head = MARK.len() + SALT;
        let piece = |n: usize| &whole[head + n * (PIECE + TAG)..head + (n + 1) * (PIECE + TAG)];
        let swapped = [&whole[..head], piece(1), piece(0), &whole[head + 2 * (PIECE + TAG)..]].concat();
        assert!(opened(&swapped, 1, "people").is_err());
        for cut in [0, 10, head, head + PIECE + TAG, head + 2 * (PIECE + TAG), whole.len() - 1] {
            assert!(opened(&whole[..cut], 1, "people").is_err(), "cut off at {cut}");
        }
        let mut changed = whole.clone();
        changed[head + 100] ^= 1;
        assert!(opened(&changed, 1, "people").is_err());
        assert!(opened(&[&whole[..], b"more"].concat(), 1, "people").is_err());
    }
}
