use super::*;
use crate::credential::sample;

fn built() -> Value {
    sample::claims("https://certs.example", 1_795_224_834)
}

#[test]
fn claims_repeat_the_credential_exactly() {
    let claims = built();
    assert_eq!(claims["iss"], claims["issuer"]["id"]);
    assert_eq!(claims["jti"], claims["id"]);
    assert_eq!(claims["sub"], claims["credentialSubject"]["id"]);
    let second = |name: &str| Second::parse(claims[name].as_str().unwrap()).unwrap().0;
    assert_eq!(claims["nbf"], second("validFrom"));
    assert_eq!(claims["iat"], second("validFrom"));
    assert_eq!(claims["exp"], second("validUntil"));
    assert_eq!(claims["validFrom"], "2026-11-21T01:33:54Z");
    assert_eq!(claims["validUntil"], "2028-11-21T01:33:54Z");
    assert!(claims.get("vc").is_none());
    assert!(claims.get("credentialStatus").is_none());
}

#[test]
fn contexts_stand_in_the_order_of_the_specification() {
    let claims = built();
    let contexts: Vec<&str> = claims["@context"]
        .as_array()
        .unwrap()
        .iter()
        .map(|url| url.as_str().unwrap())
        .collect();
    assert!(contexts[0].ends_with("/credentials/v2"));
    assert!(contexts[1].ends_with("/context-3.0.3.json"));
    assert!(contexts[2].ends_with("/extensions.json"));
}

#[test]
fn arrays_stand_where_the_schema_wants_them() {
    let claims = built();
    let subject = &claims["credentialSubject"];
    for list in [
        &claims["type"],
        &claims["issuer"]["type"],
        &claims["credentialSchema"],
        &subject["type"],
        &subject["result"],
        &subject["result"][0]["type"],
        &subject["achievement"]["type"],
        &subject["achievement"]["alignment"],
        &subject["achievement"]["alignment"][0]["type"],
        &subject["achievement"]["resultDescription"],
    ] {
        assert!(
            list.as_array().is_some_and(|list| !list.is_empty()),
            "{list}"
        );
    }
}

#[test]
fn every_result_points_to_its_description() {
    let claims = built();
    let subject = &claims["credentialSubject"];
    let described: Vec<&Value> = subject["achievement"]["resultDescription"]
        .as_array()
        .unwrap()
        .iter()
        .map(|description| &description["id"])
        .collect();
    let results = subject["result"].as_array().unwrap();
    assert_eq!(results.len(), described.len());
    for result in results {
        assert!(described.contains(&&result["resultDescription"]));
        assert!(result["value"].is_string());
    }
    assert_eq!(results[0]["value"], "87.3");
    assert_eq!(
        subject["achievement"]["resultDescription"][0]["requiredValue"],
        "70"
    );
}

#[test]
fn nothing_is_null_or_empty() {
    fn look(value: &Value) {
        match value {
            Value::Null => panic!("null"),
            Value::Array(list) => {
                assert!(!list.is_empty());
                list.iter().for_each(look);
            }
            Value::Object(members) => members.values().for_each(look),
            _ => {}
        }
    }
    look(&built());
    let mut certification = sample::certification();
    certification.skills.clear();
    look(&achievement(
        "https://certs.example",
        &Achievement {
            certification: &certification,
            language: "en",
            framework: "DevOps",
            domains: Vec::new(),
            measures: Vec::new(),
        },
    ));
}

#[test]
fn percentages_are_rounded_down() {
    assert_eq!(percent(69_999), "69.9");
    assert_eq!(percent(70_000), "70");
    assert_eq!(percent(100_000), "100");
    assert_eq!(percent(0), "0");
}
