# Yang dikatakan gerbang sendiri. Jenis yang juga dikatakan layanan ada di errors.ftl milik platform.

problem-slow-request = Permintaan datang terlalu lambat
    .detail = Mungkin sambungan sedang lemah. Kirim sekali lagi.
problem-long-address = Alamat terlalu panjang
    .detail = Persingkat yang dicari.
problem-wrong-host = Nama ini tidak dilayani di sini
    .detail = Periksa alamat yang dimasukkan.
problem-bad-gateway = Layanan terputus di tengah jalan
    .detail = Periksa apakah perubahan sudah tersimpan, lalu coba lagi.

gateway-again = Coba lagi
gateway-code = Sebutkan kode ini bila menghubungi kami:
