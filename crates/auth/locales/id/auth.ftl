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
error-unknown-permission = Tidak ada izin dengan nama ini.
error-audit-head = Ini bukan hasil pemeriksaan sebelumnya. Kosongkan untuk mulai dari awal.
