//! Certificate and key from their files, with *ring* as the cryptography.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::TlsFiles;
use crate::error::Failure;

/// Reads a certificate chain and its key.
///
/// # Errors
/// A file cannot be read, holds something else, or the two are not each other's.
pub(crate) fn load(files: &TlsFiles) -> Result<Arc<ServerConfig>, Failure> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(&files.certificate, &error))?;
    if chain.is_empty() {
        let sentence = format!("{} has no certificate in it (PEM).", files.certificate.display());
        return Err(Failure::refused("certificate_unusable", sentence.clone()).with("detail", sentence));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unusable(&files.certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn unusable(path: &Path, error: &dyn std::error::Error) -> Failure {
    let sentence = format!("{} cannot be used for TLS: {error}.", path.display());
    Failure::refused("certificate_unusable", sentence.clone()).with("detail", sentence).because(error)
}
