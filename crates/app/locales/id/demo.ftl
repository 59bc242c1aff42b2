# mediverse demo --tls
demo-phone = Dari ponsel di jaringan yang sama, pindai kode ini. Yang terbuka adalah { $page }, yang menjelaskan cara memercayai demonstrasi ini, cukup sekali, lalu meneruskan Anda.
demo-phone-none = Komputer ini tidak berada di jaringan pribadi yang dapat dijangkau ponsel. Di komputer ini, { $page } menjelaskan cara memercayai demonstrasi ini.
demo-authority = Sertifikat penerbitnya: { $file }

# Halaman yang menjelaskan cara memercayainya
trust-title = Percayai demonstrasi ini
trust-lead = Demonstrasi ini berjalan di komputer di dekat Anda dan memakai sertifikat buatan sendiri. Setelah perangkat ini memercayainya, kamera, pemasangan aplikasi, dan masuk akun berfungsi seperti di internet.
trust-get = Ambil sertifikatnya
trust-get-line = Berkas kecil yang dibuat komputer itu saat pertama kali dijalankan.
trust-get-button = Unduh sertifikat
trust-set = Percayai di perangkat ini
trust-iphone = iPhone dan iPad
trust-iphone-1 = Buka halaman ini di Safari, unduh sertifikat, lalu izinkan profilnya.
trust-iphone-2 = Pengaturan, Umum, VPN & Manajemen Perangkat: buka “Mediverse demo” lalu pasang.
trust-iphone-3 = Pengaturan, Umum, Mengenai, Pengaturan Kepercayaan Sertifikat: aktifkan “Mediverse demo”.
trust-android = Android
trust-android-1 = Unduh sertifikat.
trust-android-2 = Di Setelan, cari “sertifikat CA” (Keamanan, Enkripsi & kredensial, Instal sertifikat).
trust-android-3 = Pilih “Tetap instal”, lalu berkas mediverse-demo.crt.
trust-computer = Komputer
trust-computer-1 = Windows: buka berkasnya, Install Certificate, Current User, Trusted Root Certification Authorities.
trust-computer-2 = macOS: buka berkasnya di Keychain Access, lalu atur menjadi Always Trust.
trust-computer-3 = Chrome di Linux, dan Firefox di mana pun: Setelan, cari “sertifikat”, Otoritas, Impor.
trust-go = Lanjutkan
trust-go-line = Bila peramban masih memperingatkan, tutup lalu buka lagi satu kali.
trust-go-button = Buka Mediverse
trust-note = Sertifikat ini hanya berlaku untuk alamat di jaringan pribadi, tidak pernah untuk situs internet. Hapus kembali bila Anda selesai dengan demonstrasi ini.
