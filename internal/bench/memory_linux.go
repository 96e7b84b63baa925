package main

import (
	"os"
	"strconv"
	"strings"
)

// peakMemory is the most memory that this process ever had of the machine, in MB.
func peakMemory() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if size, is := strings.CutPrefix(line, "VmHWM:"); is {
			kB, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")), 64)
			return kB * 1024 / 1e6
		}
	}
	return 0
}
