# Yang menghalangi
problem-doctor-not-waiting = Sudah diputuskan
    .detail = Pendaftaran ini tidak lagi menunggu keputusan. Muat ulang untuk melihat keadaannya sekarang.
problem-doctor-not-listed = Tidak ada dalam daftar
    .detail = Hanya dokter yang terdaftar dapat diberhentikan. Muat ulang untuk melihat keadaannya sekarang.
problem-doctor-not-retired = Tidak sedang diberhentikan
    .detail = Dokter ini tidak diberhentikan. Muat ulang untuk melihat keadaannya sekarang.
problem-department-in-use = Poli masih diperlukan
    .detail = Masih ada layanan di poli ini. Pindahkan dahulu ke poli lain.

# Perbaikan untuk satu isian
error-no-such-region = Pilih kabupaten atau kota dari daftar, menurut kodenya, misalnya 73.71.
error-region-digits = Tulis kode dalam pasangan angka, misalnya 73, 73.71 atau 73.71.01.
error-no-such-zone = Pilih zona waktu, misalnya Asia/Jakarta, Asia/Makassar atau Asia/Jayapura.
error-no-such-facility = Pilih faskes dari daftar.
error-no-such-department = Pilih poli dari faskes ini.
error-no-such-service = Pilih layanan dari faskes ini.
error-no-such-speciality = Pilih spesialisasi dari daftar.
error-facility-exists = Sudah ada faskes bernama sama di kota itu.
error-facility-fixed = Layanan tetap di faskesnya. Tambahkan layanan baru di faskes lain.
error-facility-not-yours = Pilih faskes tempat Anda bekerja.
error-department-exists = Faskes ini sudah memiliki poli bernama sama.
error-slug = Gunakan huruf kecil, angka dan tanda hubung.
error-slug-taken = Alamat ini sudah dipakai. Pilih yang lain.
error-doctor-name-letters = Tulis nama dengan huruf.
error-language-code = Tulis bahasa sebagai kode singkat, misalnya id, en atau jv.
error-licence-number = Tulis nomor seperti tertera pada izin, dengan huruf dan angka.
error-str-taken = Dokter lain sudah terdaftar dengan nomor ini.
error-account-taken = Akun ini milik dokter lain.
error-weekday = Tulis hari sebagai angka dari 1 (Senin) sampai 7 (Minggu).
error-hours-empty = Jam selesai harus berbeda dari jam mulai.
error-hours-overlap = Jam ini bertumpuk dengan jam lain pada minggu yang sama.
error-whole-minutes = Tulis menit bulat, tanpa detik.
error-mode-not-offered = Tidak ada layanan terpilih yang diberikan dengan cara ini.
error-photo-kind = Pilih foto berjenis JPEG, PNG atau WebP. Berkas jenis lain tidak diterima, apa pun namanya.
error-photo-unreadable = Foto ini tidak dapat dibaca. Simpan sekali lagi sebagai JPEG, lalu pilih berkas itu.
error-photo-too-many-pixels = Foto ini lebih dari { $max } juta piksel. Perkecil, lalu pilih lagi.
error-photo-too-small = Foto ini terlalu kecil. Pilih yang paling sedikit { $min } kali { $min } piksel.

# Impor
error-column-missing = Kolom ini tidak ada dalam berkas.
error-column-unknown = Kolom ini tidak dikenal. Yang dikenal: { $choices }.
error-row-unreadable = Baris ini tidak dapat dibaca. Simpan berkas sebagai CSV dengan UTF-8.
error-row-cells = Baris ini berisi { $found } sel, kepalanya { $expected }.
error-row-stale = Data ini baru saja diubah orang lain. Impor berkas sekali lagi.
error-cell-yes-no = Tulis ya atau tidak.
error-cell-sex = Tulis perempuan atau laki-laki.
error-cell-rupiah = Tulis jumlah dalam rupiah bulat, misalnya 150000.
error-cell-hours = Tulis jam seperti sen 09:00-12:00; sel 13:00-17:00.
error-facility-not-yours-to-open = Faskes ini belum ada, dan Anda melayani faskes tertentu saja. Mintalah yang melayani seluruh jaringan untuk membukanya.
error-cell-row-kind = Tulis jenis baris ini: faskes, layanan, atau dokter.
error-cell-kind = Tulis konsultasi, laboratorium, tindakan, atau vaksinasi.
error-cell-modes = Tulis langsung, daring, atau keduanya dengan spasi di antaranya.
error-cell-minutes = Tulis menit bulat, misalnya 30.
error-export-too-many = Ini lebih dari { $max } baris. Pilih satu faskes.
directory-usual-consultation = Konsultasi Dokter
