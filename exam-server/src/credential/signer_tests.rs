use super::*;

const ISSUER: &str = "https://certs.example";

async fn database(data: &Path) -> Database {
    Database::open(&format!("sqlite:{}", data.join("exam.db").display()))
        .await
        .unwrap()
}

async fn open(db: &Database, data: &Path) -> Result<Signer, SignerError> {
    Signer::open(db, data, ISSUER, 0).await
}

#[tokio::test]
async fn the_key_is_made_once_private_and_not_in_the_database() {
    let data = tempfile::tempdir().unwrap();
    let db = database(data.path()).await;
    let first = open(&db, data.path()).await.unwrap();
    let again = open(&db, data.path()).await.unwrap();
    assert_eq!(first.active().thumbprint, again.active().thumbprint);
    assert_eq!(again.keys().keys.len(), 1);
    let path = path_of(&data.path().join("keys"), &first.active().thumbprint);
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let row = signing_key::Entity::find()
        .one(db.reader())
        .await
        .unwrap()
        .unwrap();
    let jwk: Value = serde_json::from_str(&row.public_jwk).unwrap();
    assert!(jwk.get("d").is_none() && jwk.get("x").is_some());
}

#[tokio::test]
async fn a_key_that_others_can_read_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let db = database(data.path()).await;
    let kid = open(&db, data.path())
        .await
        .unwrap()
        .active()
        .thumbprint
        .clone();
    let path = path_of(&data.path().join("keys"), &kid);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = open(&db, data.path()).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("can be read by others (mode 640)"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_missing_or_foreign_key_file_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let db = database(data.path()).await;
    let kid = open(&db, data.path())
        .await
        .unwrap()
        .active()
        .thumbprint
        .clone();
    let path = path_of(&data.path().join("keys"), &kid);
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        open(&db, data.path()).await,
        Err(SignerError::Missing { .. })
    ));
    let other = p256::SecretKey::from_slice(&[9; 32]).unwrap();
    let pem = other.to_pkcs8_pem(LineEnding::LF).unwrap();
    write_private(&path, pem.as_bytes()).unwrap();
    assert!(matches!(
        open(&db, data.path()).await,
        Err(SignerError::Malformed { .. })
    ));
}

#[tokio::test]
async fn a_retired_key_stays_published_and_a_new_one_signs() {
    let data = tempfile::tempdir().unwrap();
    let db = database(data.path()).await;
    let old = open(&db, data.path())
        .await
        .unwrap()
        .active()
        .thumbprint
        .clone();
    let row = signing_key::Entity::find_by_id(&*old)
        .one(db.reader())
        .await
        .unwrap()
        .unwrap();
    let mut row: signing_key::ActiveModel = row.into();
    row.state = Set("retired".to_owned());
    let tx = db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let signer = open(&db, data.path()).await.unwrap();
    assert_ne!(signer.active().thumbprint, old);
    let published: Vec<_> = signer
        .keys()
        .keys
        .iter()
        .map(|key| &*key.thumbprint)
        .collect();
    assert_eq!(published, [&*signer.active().thumbprint, &*old]);
}

#[tokio::test]
async fn a_key_file_without_its_row_is_used() {
    let data = tempfile::tempdir().unwrap();
    let secret = create(&data.path().join("keys")).unwrap();
    let db = database(data.path()).await;
    let signer = open(&db, data.path()).await.unwrap();
    assert_eq!(
        Some(signer.active().thumbprint.clone()),
        thumbprint(&secret)
    );
}
