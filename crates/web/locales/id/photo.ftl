# Foto dokter
photo-title = Foto
photo-of = Foto { $name }
photo-shown = Foto ini dilihat pasien. Foto baru menggantikannya.
photo-drawn = Tanpa foto, pasien melihat potret gambar.
photo-file = Pilih foto
photo-hint = JPEG, PNG atau WebP, paling besar { $size }. Bagian tengah dipotong persegi; tempat dan waktu pengambilan tidak disimpan.
photo-keep = Simpan foto
photo-remove = Hapus foto
photo-needed = Pilih foto dahulu.
photo-too-large = Foto ini lebih besar dari { $size }. Perkecil, lalu pilih lagi.
flash-photo = Foto tersimpan.
flash-photo-gone = Foto dihapus.
