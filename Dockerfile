# Vantelle as a container: one static program, no shell, no root.
#
#   docker build --build-arg VERSION=v1.2.3 -t vantelle .
#   buildah bud --format docker …     the health check is no part of OCI's format
#   docker run -v /etc/vantelle:/etc/vantelle:ro -v vantelle-data:/var/lib/vantelle -p 8642:8642 vantelle
#
# Listeners: without TLS or trusted_proxies Vantelle refuses to listen on
# anything but 127.0.0.1, which inside a container nobody can reach. So
# /etc/vantelle/vantelle.yaml must give the listeners another address and either
# portal.tls and admin.tls, or the proxy that speaks TLS in trusted_proxies, and
# must put the data on the volume:
#
#   portal:    {listen: "0.0.0.0:8642", trusted_proxies: [172.18.0.5]}
#   admin:     {listen: "127.0.0.1:8643"}
#   directory: {path: /var/lib/vantelle/vantelle.db}
#   audit:     {path: /var/lib/vantelle/audit}

# Where images come from a mirror: --build-arg GO_IMAGE=mirror.example/golang:1.26
ARG GO_IMAGE=golang:1.26
FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY filter filter
COPY internal internal
COPY profiles profiles
COPY sync sync
ARG VERSION=""
# timetzdata: schedules run in the dossiers' time zones, and the image has no
# zone files.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
      -ldflags "-s -w -X main.version=${VERSION}" -o /out/vantelle ./cmd/vantelle \
 && mkdir -p /out/var/lib/vantelle /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/vantelle /vantelle
COPY --from=build --chown=65532:65532 --chmod=0700 /out/var/lib/vantelle /var/lib/vantelle
COPY --from=build --chown=65532:65532 --chmod=0700 /out/tmp /tmp
USER 65532:65532
WORKDIR /var/lib/vantelle
VOLUME /var/lib/vantelle
ENV VANTELLE_CONFIG=/etc/vantelle/vantelle.yaml
EXPOSE 8642 8643
# Where admin.listen is not 127.0.0.1:8643, or speaks TLS, give the portal's or
# the administrators' address: vantelle health --url http://127.0.0.1:8642/readyz
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["/vantelle", "health"]
ENTRYPOINT ["/vantelle"]
CMD ["serve"]
