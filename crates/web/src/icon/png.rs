//! Just enough of PNG (ISO 15948) to write a flat drawing: each line is told by how it differs from the one above, so
//! that nearly all bytes are zeros, and runs of one byte are told by their length (RFC 1951, fixed codes).

/// A square picture of `size` points; `points` are red, green, blue, opacity of each, line by line.
pub(super) fn encode(size: u32, points: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = [size.to_be_bytes(), size.to_be_bytes()].concat();
    // Eight bits each, colour with opacity, the one compression, filters and no interlacing.
    head.extend([8, 6, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &packed(&lines(size as usize * 4, points)));
    chunk(&mut file, *b"IEND", &[]);
    file
}

/// Every line as its difference from the one above, behind the number of that filter.
fn lines(width: usize, points: &[u8]) -> Vec<u8> {
    const UP: u8 = 2;
    let mut above = vec![0; width];
    let mut all = Vec::with_capacity(points.len() + points.len() / width.max(1));
    for line in points.chunks(width) {
        all.push(UP);
        all.extend(line.iter().zip(&above).map(|(point, above)| point.wrapping_sub(*above)));
        above.copy_from_slice(line);
    }
    all
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let named: Vec<u8> = name.iter().chain(data).copied().collect();
    file.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    file.extend(&named);
    file.extend(crc(&named).to_be_bytes());
}

fn crc(data: &[u8]) -> u32 {
    let byte = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !data.iter().fold(u32::MAX, byte)
}

fn adler(data: &[u8]) -> u32 {
    let (low, high) = data.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

/// A zlib stream of one block with the fixed codes.
fn packed(data: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 258;
    let mut bits = Bits { bytes: vec![0x78, 0x01], held: 0, count: 0 };
    bits.low_first(0b011, 3);
    let mut at = 0;
    while at < data.len() {
        let same = |from: usize| data[from..].iter().take_while(|byte| **byte == data[at]).count();
        bits.literal(data[at]);
        let mut run = same(at + 1);
        at += 1 + run;
        while run >= LONGEST {
            bits.code(285);
            bits.distance_one();
            run -= LONGEST;
        }
        while run >= 3 {
            // Of 3 to 10 bytes each length has a code of its own.
            let length = run.min(10);
            bits.code(254 + u16::try_from(length).unwrap_or(3));
            bits.distance_one();
            run -= length;
        }
        at -= run;
    }
    bits.code(256);
    let mut stream = bits.done();
    stream.extend(adler(data).to_be_bytes());
    stream
}

/// Bits on their way into bytes.
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn low_first(&mut self, value: u32, count: u32) {
        self.held |= value << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.held.to_le_bytes()[0]);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// A code of the fixed table; codes stand with their highest bit first.
    fn code(&mut self, symbol: u16) {
        let symbol = u32::from(symbol);
        let (code, count) = match symbol {
            0..=143 => (0x30 + symbol, 8),
            144..=255 => (0x190 + symbol - 144, 9),
            256..=279 => (symbol - 256, 7),
            _ => (0xc0 + symbol - 280, 8),
        };
        self.low_first(code.reverse_bits() >> (32 - count), count);
    }

    fn literal(&mut self, byte: u8) {
        self.code(u16::from(byte));
    }

    /// The byte before.
    fn distance_one(&mut self) {
        self.low_first(0, 5);
    }

    fn done(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.low_first(0, 8 - self.count);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{adler, crc};

    #[test]
    fn checks_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }
}
