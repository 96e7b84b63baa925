package filestore

import (
	"mime"
	"path"
	"strings"
)

// types are the media types of the files that business documents come as. It
// is ours, and not the machine's, so that every machine answers alike.
var types = map[string]string{
	".pdf": "application/pdf", ".xml": "application/xml", ".json": "application/json",
	".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".svg": "image/svg+xml", ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff", ".avif": "image/avif",
	".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint", ".rtf": "application/rtf",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	".zip": "application/zip", ".eml": "message/rfc822", ".msg": "application/vnd.ms-outlook", ".mp4": "video/mp4",
}

// extensions are the endings that names without one get.
var extensions = map[string]string{
	"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
	"image/svg+xml": ".svg", "application/xml": ".xml", "text/xml": ".xml", "text/csv": ".csv", "text/plain": ".txt", "application/zip": ".zip",
}

// Type gives the media type of a file: what the ERP says where that is one,
// else by the name's ending, else application/octet-stream.
func Type(name, said string) string {
	if t, params, err := mime.ParseMediaType(said); err == nil && strings.Count(t, "/") == 1 {
		if formatted := mime.FormatMediaType(t, params); formatted != "" {
			return formatted
		}
	}
	if t, known := types[strings.ToLower(path.Ext(name))]; known {
		return t
	}
	return "application/octet-stream"
}

// Inline tells whether a browser may show a type in the portal's page: nothing
// that can hold a script.
func Inline(mediaType string) bool {
	t, _, _ := mime.ParseMediaType(mediaType)
	switch t {
	case "application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp":
		return true
	}
	return false
}

// Name makes a name to show of what an ERP calls a file: its last part, plain,
// with an ending that fits its type; or of the path where it calls it nothing.
func Name(said, filePath, mediaType string) string {
	name := ""
	for _, candidate := range []string{said, filePath} {
		candidate = strings.TrimSpace(strings.ReplaceAll(candidate, `\`, "/"))
		candidate = strings.TrimRight(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"|?*`, r) {
				return '_'
			}
			return r
		}, candidate[strings.LastIndexByte(candidate, '/')+1:]), ". ")
		if len(candidate) > 200 {
			ext := path.Ext(candidate)
			if len(ext) > 10 {
				ext = ""
			}
			candidate = strings.ToValidUTF8(candidate[:200-len(ext)], "") + ext
		}
		if name = candidate; name != "" && plain(name) {
			break
		}
		name = ""
	}
	if name == "" {
		name = "file"
	}
	if path.Ext(name) == "" {
		if ext := strings.ToLower(path.Ext(strings.ReplaceAll(filePath, `\`, "/"))); types[ext] != "" {
			return name + ext
		}
		t, _, _ := mime.ParseMediaType(mediaType)
		name += extensions[t]
	}
	return name
}
