// What an API server checks and fills in of one port or one peer of a NetworkPolicy.
package main

import (
	"fmt"
	"net/netip"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
)

func completePort(port *networking.NetworkPolicyPort) error {
	tcp := v1.ProtocolTCP
	if port.Protocol == nil {
		port.Protocol = &tcp
	}
	if _, err := protocolOf(*port.Protocol); err != nil || *port.Protocol == "" {
		return fmt.Errorf("port %s: unknown protocol", describe(port))
	}
	named := port.Port != nil && port.Port.Type == intstr.String
	if named && len(validation.IsValidPortName(port.Port.StrVal)) > 0 {
		return fmt.Errorf("port %s: not a name that a container port can have", describe(port))
	}
	if port.Port != nil && !named && len(validation.IsValidPortNum(int(port.Port.IntVal))) > 0 {
		return fmt.Errorf("port %s: not in 1-65535", describe(port))
	}
	if port.EndPort == nil {
		return nil
	}
	if port.Port == nil || named || *port.EndPort < port.Port.IntVal || *port.EndPort > 65535 {
		return fmt.Errorf("port %s: endPort needs a port that is a number and not above it", describe(port))
	}
	return nil
}

func checkPeer(peer networking.NetworkPolicyPeer) error {
	selects := peer.PodSelector != nil || peer.NamespaceSelector != nil
	if selects == (peer.IPBlock != nil) {
		return fmt.Errorf("peer %s: it has either selectors or an ipBlock", describe(peer))
	}
	if selects {
		return nil
	}
	whole, err := netip.ParsePrefix(peer.IPBlock.CIDR)
	if err != nil {
		return err
	}
	for _, except := range peer.IPBlock.Except {
		part, err := netip.ParsePrefix(except)
		if err != nil {
			return err
		}
		if !whole.Contains(part.Addr()) || part.Bits() <= whole.Bits() {
			return fmt.Errorf("peer %s: %s is not a part of the block", describe(peer), except)
		}
	}
	return nil
}

// protocolOf gives TCP for none, as Kubernetes does.
func protocolOf(protocol v1.Protocol) (v1.Protocol, error) {
	switch protocol {
	case "":
		return v1.ProtocolTCP, nil
	case v1.ProtocolTCP, v1.ProtocolUDP, v1.ProtocolSCTP:
		return protocol, nil
	}
	return "", fmt.Errorf("unknown protocol %q", protocol)
}
