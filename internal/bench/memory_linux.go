package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// watchOwnMemory looks at the memory that is this process's own, its heap and
// what SQLite takes beside it, until the function it gives is called, which tells
// the most there was, in MB. Files that are mapped into it are the system's.
func watchOwnMemory() (worst func() float64) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	most := ownMemory()
	go func() {
		defer close(stopped)
		often := time.NewTicker(20 * time.Millisecond)
		defer often.Stop()
		for {
			select {
			case <-often.C:
				most = max(most, ownMemory())
			case <-stop:
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		<-stopped
		return max(most, ownMemory())
	}
}

func ownMemory() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if size, is := strings.CutPrefix(line, "RssAnon:"); is {
			kB, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")), 64)
			return kB * 1024 / 1e6
		}
	}
	return 0
}
