package service

// Layout is where a service keeps what it writes.
type Layout struct{ Directory, Audit, Log string }

// linuxLayout lies in the folders that the unit has systemd make. The log is
// left to the journal.
func linuxLayout() Layout {
	return Layout{Directory: LinuxState + "/vantelle.db", Audit: LinuxState + "/audit"}
}

// windowsLayout lies in the parts of the service's folder that it may change.
func windowsLayout(folder string) Layout {
	return Layout{Directory: folder + `\data\vantelle.db`, Audit: folder + `\data\audit`, Log: folder + `\logs\vantelle.log`}
}
