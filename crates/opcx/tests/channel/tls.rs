//! Receivers whose certificate nobody vouches for.

use std::sync::Arc;

use opcx::channel::client::Limits;
use opcx::channel::resolver::system_lookup;
use opcx::channel::{Channel, Target, Webhook};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;

use crate::{NOW, SECRET, client, egress, line, parcel, secrets};

#[tokio::test]
async fn a_receiver_that_vouches_for_itself_gets_nothing() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let key = made.signing_key.serialize_der().try_into().expect("the key that was just made");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![made.cert.into()], key))
        .expect("the certificate fits its key");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let handshake = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("somebody calls");
        TlsAcceptor::from(Arc::new(config)).accept(stream).await.map(drop)
    });

    let target = Target::parse(&format!("https://{address}/hook"), &egress()).expect("allowed here");
    let client = client(system_lookup(), Limits::default());
    let outcome = Webhook::new(client, target, secrets(&[SECRET])).send(&parcel("Sorry."), NOW).await;

    let expected = "retry: the receiver cannot be reached: invalid peer certificate: UnknownIssuer";
    assert_eq!(line(&outcome), expected);
    assert!(handshake.await.expect("the handshake comes to its end").is_err());
}
