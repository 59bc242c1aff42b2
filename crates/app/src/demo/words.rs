//! Words that sample people are made of; put together by chance, they belong to nobody.

pub(super) const WOMEN: &[&str] = &[
    "Siti", "Nur Aini", "Dewi", "Rina", "Fitri", "Maya", "Indah", "Ratna", "Lestari", "Aisyah", "Kartika", "Wulan", "Sri", "Ni Luh", "Andi Tenri", "Yohana", "Mei Ling",
    "Putri", "Retno", "Dian", "Melati", "Tiara",
];
pub(super) const MEN: &[&str] = &[
    "Ahmad", "Budi", "Rizki", "Hendra", "Fajar", "Irfan", "Yusuf", "Agus", "Ilham", "Taufik", "Bambang", "Joko", "I Wayan", "Baso", "Otniel", "Kevin", "Daeng Mattola", "Gilang",
    "Arif", "Rahmat", "Bayu", "Dimas",
];
pub(super) const FAMILIES: &[&str] = &[
    "Contoh Rahman", "Contoh Hidayat", "Contoh Saputra", "Contoh Permata", "Contoh Wibowo", "Contoh Prasetyo", "Contoh Patarai", "Contoh Mappanyukki", "Contoh Adnyana",
    "Contoh Wirawan", "Contoh Wamebu", "Contoh Latupono", "Contoh Tanuwijaya", "Contoh Gunawan", "Contoh Siregar", "Contoh Nasution", "Contoh Kusumaningrum", "Contoh Daeng Naba",
];
pub(super) const BIRTH_PLACES: &[&str] = &["Makassar", "Jakarta", "Bandung", "Surabaya", "Denpasar", "Jayapura", "Ambon", "Parepare", "Semarang", "Medan"];
pub(super) const STREETS: &[&str] = &["Jl. Contoh Melati", "Jl. Contoh Kenanga", "Jl. Contoh Anggrek", "Jl. Contoh Cempaka", "Jl. Contoh Mawar", "Jl. Contoh Flamboyan"];
pub(super) const COMPLAINTS: &[&str] = &[
    "Demam naik turun sejak tiga hari yang lalu, disertai batuk.",
    "Kontrol rutin, obat tinggal untuk dua hari.",
    "Nyeri perut bagian atas sesudah makan.",
    "Pusing berputar saat bangun tidur.",
    "Ruam gatal di lengan sejak kemarin.",
    "Sulit tidur dan sering cemas beberapa minggu ini.",
    "Nyeri lutut saat naik tangga.",
    "Telinga kanan berdenging.",
    "Mata merah dan berair sejak dua hari.",
    "Batuk lebih dari dua minggu, tidak ada darah.",
    "Gigi geraham bawah ngilu bila minum dingin.",
    "Anak rewel dan kurang mau makan.",
    "Ingin berkonsultasi hasil laboratorium bulan lalu.",
    "Jantung terasa berdebar ketika naik tangga.",
];
pub(super) const REASONS: &[&str] = &["Ada urusan keluarga.", "Sudah merasa lebih baik.", "Berhalangan karena pekerjaan."];
