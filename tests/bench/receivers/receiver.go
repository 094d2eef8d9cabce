package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	dtlsnet "github.com/pion/dtls/v3/pkg/net"
	"github.com/pion/ice/v4"
	"github.com/pion/srtp/v3"
)

const (
	connectTimeout = 20 * time.Second
	// As libwebrtc: the first flight may come before the other side has been told to expect it.
	dtlsFlightInterval = 50 * time.Millisecond
	maxPacketBytes     = 2048
	// A check every 200 ms for as long as connecting may take: pion gives a line up after 7, which a busy machine may miss.
	maxIceChecks = 100
)

// What mediasoup says of one of its transports.
type transportOffer struct {
	IceParameters struct {
		UsernameFragment string `json:"usernameFragment"`
		Password         string `json:"password"`
	} `json:"iceParameters"`
	IceCandidates []struct {
		Foundation string `json:"foundation"`
		Priority   uint32 `json:"priority"`
		Address    string `json:"address"`
		Protocol   string `json:"protocol"`
		Port       int    `json:"port"`
		Type       string `json:"type"`
	} `json:"iceCandidates"`
	DtlsParameters dtlsParameters `json:"dtlsParameters"`
}

type dtlsParameters struct {
	Role         string        `json:"role"`
	Fingerprints []fingerprint `json:"fingerprints"`
}

type fingerprint struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}

// A receiver is one browser's worth of a connection: a socket, a certificate and keys of its own.
type receiver struct {
	name        string
	agent       *ice.Agent
	certificate tls.Certificate
	consumers   []consumer
	// Nil until there are keys.
	media atomic.Pointer[media]
}

func newReceiver(given order) (*receiver, error) {
	if len(given.Consumers) == 0 {
		return nil, errors.New("nothing to receive")
	}
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, err
	}
	agent, err := ice.NewAgentWithOptions(
		ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled),
		ice.WithMaxBindingRequests(maxIceChecks),
		ice.WithIncludeLoopback(),
		ice.WithIPFilter(net.IP.IsLoopback),
	)
	if err != nil {
		return nil, err
	}
	return &receiver{name: given.Receiver, agent: agent, certificate: certificate, consumers: given.Consumers}, nil
}

func (r *receiver) dtlsParameters() dtlsParameters {
	return dtlsParameters{"client", []fingerprint{{"sha-256", fingerprintOf(r.certificate.Certificate[0])}}}
}

func (r *receiver) counts() counts {
	media := r.media.Load()
	if media == nil {
		return counts{Receiver: r.name}
	}
	return media.counts(r.name)
}

// Receives until the line is gone.
func (r *receiver) receive(offer transportOffer) error {
	connecting, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	line, err := r.dial(connecting, offer)
	if err != nil {
		return fmt.Errorf("ICE: %w", err)
	}
	toDtls, fromLine := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- r.sort(line, toDtls) }()
	media, err := r.shakeHands(connecting, line, fromLine, offer.DtlsParameters)
	if err != nil {
		return fmt.Errorf("DTLS: %w", err)
	}
	r.media.Store(media)
	return <-ended
}

func (r *receiver) dial(connecting context.Context, offer transportOffer) (net.Conn, error) {
	if err := r.agent.OnCandidate(func(ice.Candidate) {}); err != nil {
		return nil, err
	}
	if err := r.agent.SetRemoteICELite(true); err != nil {
		return nil, err
	}
	for _, c := range offer.IceCandidates {
		if c.Protocol != "udp" {
			continue
		}
		line := fmt.Sprintf("%s 1 udp %d %s %d typ %s", c.Foundation, c.Priority, c.Address, c.Port, c.Type)
		candidate, err := ice.UnmarshalCandidate(line)
		if err != nil {
			return nil, err
		}
		if err := r.agent.AddRemoteCandidate(candidate); err != nil {
			return nil, err
		}
	}
	if err := r.agent.GatherCandidates(); err != nil {
		return nil, err
	}
	return r.agent.Dial(connecting, offer.IceParameters.UsernameFragment, offer.IceParameters.Password)
}

// Tells apart what comes over one line (RFC 7983). Media that comes before there are keys is dropped, as browsers do.
func (r *receiver) sort(line net.Conn, toDtls net.Conn) error {
	packet := make([]byte, maxPacketBytes)
	for {
		size, err := line.Read(packet)
		if err != nil {
			return err
		}
		switch {
		case size == 0:
		case packet[0] >= 20 && packet[0] <= 63:
			if _, err := toDtls.Write(packet[:size]); err != nil {
				return err
			}
		case packet[0] >= 128 && packet[0] <= 191:
			if media := r.media.Load(); media != nil {
				media.take(packet[:size])
			}
		}
	}
}

// The half of a pipe that is read from, and the line that is written to.
type dtlsLine struct {
	net.Conn
	line net.Conn
}

func (l dtlsLine) Write(packet []byte) (int, error) { return l.line.Write(packet) }

func (r *receiver) shakeHands(connecting context.Context, line, fromLine net.Conn, other dtlsParameters) (*media, error) {
	dtlsConn, err := dtls.ClientWithOptions(
		dtlsnet.PacketConnFromConn(dtlsLine{fromLine, line}),
		line.RemoteAddr(),
		dtls.WithCertificates(r.certificate),
		dtls.WithSRTPProtectionProfiles(
			dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80,
		),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithFlightInterval(dtlsFlightInterval),
		// Nobody signed it: it is known by its fingerprint.
		dtls.WithInsecureSkipVerify(true),
		dtls.WithVerifyPeerCertificate(other.verify),
	)
	if err != nil {
		return nil, err
	}
	if err := dtlsConn.HandshakeContext(connecting); err != nil {
		return nil, err
	}
	profile, hasProfile := dtlsConn.SelectedSRTPProtectionProfile()
	state, hasState := dtlsConn.ConnectionState()
	if !hasProfile || !hasState {
		return nil, errors.New("no keys for media")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := config.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return nil, err
	}
	return newMedia(line, &config, r.consumers)
}

func (d dtlsParameters) verify(certificates [][]byte, _ [][]*x509.Certificate) error {
	for _, known := range d.Fingerprints {
		if known.Algorithm == "sha-256" && len(certificates) > 0 && known.Value == fingerprintOf(certificates[0]) {
			return nil
		}
	}
	return errors.New("a certificate of somebody else")
}

func fingerprintOf(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}
