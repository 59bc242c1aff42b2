# A doctor's photo
photo-title = Photo
photo-of = Photo of { $name }
photo-shown = Patients see this photo. A new one takes its place.
photo-drawn = Without a photo, patients see a drawn portrait.
photo-file = Choose a photo
photo-hint = JPEG, PNG or WebP, at most { $size }. The middle is cut out as a square; where and when it was taken is not kept.
photo-keep = Save photo
photo-remove = Remove photo
photo-needed = Choose a photo first.
photo-too-large = This photo is larger than { $size }. Make it smaller and choose it again.
flash-photo = The photo is saved.
flash-photo-gone = The photo is removed.
