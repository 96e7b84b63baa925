package main

import (
	"bytes"
	bytesof "encoding/binary"
)

// prngDLL gives bcryptprimitives.dll, which programs of Go load at their start
// and which Wine 8 lacks: a library without code whose ProcessPrng is forwarded
// to SystemFunction036 (RtlGenRandom) of advapi32. The layout is that of
// learn.microsoft.com/windows/win32/debug/pe-format.
func prngDLL() []byte {
	const (
		onDisk, inMemory = 0x200, 0x1000 // alignments; one section of each
		name             = "bcryptprimitives.dll\x00"
		function         = "ProcessPrng\x00"
		forward          = "ADVAPI32.SystemFunction036\x00"
		directory        = 40 + 4 + 4 + 2 // the export directory and its three tables of one entry
	)
	le := bytesof.LittleEndian
	u16, u32, u64 := le.AppendUint16, le.AppendUint32, le.AppendUint64
	words := func(b []byte, list ...uint32) []byte {
		for _, w := range list {
			b = u32(b, w)
		}
		return b
	}
	nameAt := uint32(inMemory + directory)
	functionAt := nameAt + uint32(len(name))
	forwardAt := functionAt + uint32(len(function))
	// Characteristics, time, version, name, ordinal base, one function, one name,
	// then where the three tables are, then the tables.
	exports := words(nil, 0, 0, 0, nameAt, 1, 1, 1, inMemory+40, inMemory+44, inMemory+48, forwardAt, functionAt)
	exports = append(u16(exports, 0), name+function+forward...)
	size := uint32(len(exports))

	head := append([]byte("MZ"), make([]byte, 58)...)
	head = append(u32(head, 0x40), "PE\x00\x00"...)
	head = u16(u16(head, 0x8664), 1)                        // x86-64, one section
	head = u16(u16(words(head, 0, 0, 0), 240), 0x2022)      // size of the optional header; a DLL
	head = words(u16(u16(head, 0x20b), 0), 0, onDisk, 0, 0) // PE32+; size of initialised data; no entry
	head = u64(u32(head, inMemory), 0x180000000)            // base of code and of the image
	head = words(head, inMemory, onDisk)                    // alignments
	for _, v := range []uint16{6, 0, 0, 0, 6, 0} {          // versions: system, image, subsystem
		head = u16(head, v)
	}
	head = words(head, 0, 2*inMemory, onDisk, 0) // size in memory, of headers; no checksum
	head = u16(u16(head, 3), 0x160)              // console; may move, no execution of data
	for _, v := range []uint64{1 << 20, 1 << 12, 1 << 20, 1 << 12} {
		head = u64(head, v) // stack and heap
	}
	head = words(head, 0, 16, inMemory, size) // 16 directories, of which the first are the exports
	head = append(head, make([]byte, 15*8)...)
	head = append(head, ".edata\x00\x00"...)
	head = words(head, size, inMemory, onDisk, onDisk, 0, 0, 0, 0x40000040) // initialised data, readable
	return append(padded(head, onDisk), padded(exports, onDisk)...)
}

func padded(b []byte, size int) []byte { return append(b, bytes.Repeat([]byte{0}, size-len(b))...) }
