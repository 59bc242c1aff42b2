# Mengapa seseorang tidak dapat masuk
error-wrong-credentials = Email, nomor telepon, atau kata sandi tidak benar.
error-code-needed = Ketik enam angka yang tampil di aplikasi autentikator Anda.
error-account-deactivated = Akun ini telah dinonaktifkan. Hubungi klinik untuk mengaktifkannya kembali.
error-not-found-account = Akun itu tidak ada.
error-not-found-session = Sesi masuk itu tidak ada.
error-not-found-role = Peran itu tidak ada.
error-not-found-super-admin-grant = Tidak ada lagi yang menunggu persetujuan ini.

# Yang menghalangi
problem-email-taken = Email ini sudah memiliki akun
    .detail = Masuklah dengan email itu, atau atur kata sandi baru.
problem-phone-taken = Nomor telepon ini sudah memiliki akun
    .detail = Masuklah dengan nomor itu, atau gunakan nomor lain.
problem-last-super-admin = Harus ada yang dapat mengelola sistem
    .detail = Jadikan akun lain super admin terlebih dahulu.
problem-needs-another-super-admin = Perlu persetujuan super admin lain
    .detail = Mintalah super admin yang tidak mengusulkan dan bukan yang dimaksud.
problem-would-lock-out = Tidak akan ada lagi yang dapat mengubah peran
    .detail = Super admin selalu memiliki izin mengubah peran.
problem-too-many-roles = Sudah ada { $max } peran
    .detail = Pensiunkan peran yang tidak dipakai lagi, lalu buat yang ini.
problem-kept-views-full = Anda sudah menyimpan { $max } tampilan
    .detail = Hapus salah satu dahulu, atau pakai lagi namanya.
problem-second-factor-exists = Faktor kedua sudah ada
    .detail = Lepaskan dahulu sebelum memasang yang lain.
problem-no-second-factor = Belum ada faktor kedua
    .detail = Pasang terlebih dahulu.
problem-account-deactivated = Akun ini telah dinonaktifkan
    .detail = Aktifkan terlebih dahulu.

# Perbaikan untuk satu isian
error-weak-password = Kata sandi ini terlalu mudah ditebak. Gunakan empat kata yang tidak berkaitan.
error-wrong-password = Ini bukan kata sandi Anda saat ini.
error-wrong-code = Kode ini salah atau sudah tidak berlaku. Mintalah kode baru.
error-code-digits = Kode terdiri dari enam angka.
error-facilities-of-admins = Hanya admin yang bekerja untuk fasilitas.
error-not-of-staff = Ini milik pasien atau dokter sendiri, atau butuh persetujuan dua orang: peran bernama tidak bisa memegangnya.
error-choose-permission = Pilih paling sedikit satu hak.
error-role-name-taken = Nama ini sudah dipakai peran lain. Pilih nama lain.
error-unknown-role = Tidak ada peran itu yang masih dipakai.
error-beyond-admin = Admin tidak punya hak ini: hanya super admin yang bisa memberikannya.
error-named-roles-of-admins = Hanya admin yang memegang peran bernama.
error-unknown-permission = Tidak ada izin dengan nama ini.
error-audit-head = Ini bukan hasil pemeriksaan sebelumnya. Kosongkan untuk mulai dari awal.
