# Judul dan penjelasan untuk setiap jenis kegagalan. `problem-<jenis>` adalah judul, `.detail` penjelasannya.

problem-malformed = Permintaan tidak dapat dibaca
    .detail = Permintaan itu tidak tersusun dengan benar.
problem-unauthenticated = Silakan masuk
    .detail = Halaman ini hanya untuk yang sudah masuk. Masuk, lalu coba lagi.
problem-forbidden = Tidak diizinkan
    .detail = Akun ini tidak memiliki izin untuk tindakan itu.
problem-not-found = Tidak ditemukan
    .detail = Yang Anda cari tidak ada, atau bukan milik akun ini.
problem-method-not-allowed = Cara itu tidak dikenal di sini
    .detail = Alamat ini ada, tetapi tidak menerima cara permintaan tersebut.
problem-conflict = Belum dapat dilakukan
    .detail = Keadaannya sudah berubah. Muat ulang dan coba lagi.
problem-stale = Sudah diubah orang lain
    .detail = Data ini berubah sejak Anda membukanya. Muat ulang, periksa, lalu simpan lagi.
problem-too-large = Terlalu besar
    .detail = Ukuran paling besar { $max } bita.
problem-unsupported = Jenis isi tidak didukung
    .detail = Kirim isi dengan jenis media yang disebut dalam dokumentasi.
problem-invalid = Ada isian yang perlu diperbaiki
    .detail = Periksa isian yang ditandai, lalu kirim lagi.
problem-precondition-required = Versi belum disebutkan
    .detail = Sertakan versi yang diubah dalam kepala If-Match.
problem-rate-limited = Terlalu sering
    .detail = Coba lagi dalam { $seconds } detik.
problem-unavailable = Sedang tidak tersedia
    .detail = Layanan ini sebentar lagi kembali. Mencoba lagi aman dilakukan.
problem-late = Terlalu lama
    .detail = Permintaan ini tidak selesai tepat waktu. Periksa hasilnya sebelum mencoba lagi.
problem-internal = Ada yang salah di pihak kami
    .detail = Sebutkan nomor permintaan ini bila Anda menghubungi kami.

# Sebab belum masuk atau tidak diizinkan
error-sign-in-needed = Halaman ini hanya untuk yang sudah masuk. Masuk, lalu coba lagi.
error-bad-credentials = Data masuk tidak cocok.
error-bad-token = Token tidak berlaku lagi. Masuk kembali.
error-session-expired = Sesi Anda sudah berakhir. Masuk kembali.
error-csrf = Formulir ini sudah tidak berlaku. Muat ulang halaman, lalu kirim lagi.

# Perbaikan untuk satu isian
error-required = Isi bagian ini.
error-too-short = Paling sedikit { $min } huruf.
error-too-long = Paling banyak { $max } huruf.
error-control-characters = Hapus huruf kendali yang tidak terlihat.
error-malformed = Isi tidak dapat dibaca: susunannya salah.
error-missing = Bagian ini wajib ada.
error-unknown-field = Bagian ini tidak dikenal.
error-duplicate = Bagian ini hanya boleh ada satu.
error-wrong-type = Jenis nilai ini keliru.
error-not-one-of = Pilih salah satu: { $choices }.
error-invalid = Nilai ini tidak dapat dipakai.
error-invalid-id = Ini bukan nomor pengenal yang benar.
error-invalid-date = Tulis tanggal sebagai tahun-bulan-hari, misalnya 2026-11-24.
error-invalid-time = Tulis waktu sebagai jam:menit, misalnya 09:30.
error-invalid-email = Tulis alamat surel lengkap, misalnya nama@contoh.id.
error-invalid-phone = Tulis nomor telepon lengkap, misalnya 0812 3456 7890.
error-invalid-version = Versi harus berupa bilangan dalam tanda petik, misalnya "3".
error-invalid-idempotency-key = Kunci harus 1 sampai 255 huruf ASCII tanpa spasi.
error-too-small = Paling kecil { $min }.
error-too-great = Paling besar { $max }.
error-out-of-range = Pilih nilai dari { $min } sampai { $max }.
error-too-many = Paling banyak { $max } butir.
error-staff-only = Hanya petugas yang dapat mengisi ini.
error-in-the-past = Pilih waktu yang akan datang.
error-in-the-future = Pilih tanggal yang sudah lewat.
error-nul = Hapus huruf kosong (NUL) dari teks.
