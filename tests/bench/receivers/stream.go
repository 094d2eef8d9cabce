package main

import "github.com/pion/interceptor"

// A stream is what comes from one SSRC.
type stream struct {
	reports interceptor.RTPReader
	// Nil where the stream is no consumer's.
	nacks interceptor.RTPReader
	// The stream whose packets come again on this one; nil where none do.
	repairs *stream
	packets uint64
	bytes   uint64
	// Sequence numbers from the first to the highest.
	expected uint64
	highest  uint16
}

// Counts what comes in its turn: what comes late was missed, or is from before the first keyframe.
func (s *stream) count(sequence uint16, size int) {
	step := int16(sequence - s.highest)
	if s.packets == 0 {
		step = 1
	}
	if step <= 0 {
		return
	}
	s.expected += uint64(step)
	s.highest = sequence
	s.packets += 1
	s.bytes += uint64(size)
}
