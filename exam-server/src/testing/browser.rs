//! Browsers that call the real routes in this process, with cookies.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::test::{self, TestRequest};
use actix_web::web;

use crate::account::{Area, sign_in};
use crate::app::App;
use crate::ids::AccountId;
use crate::server;

type Call = dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = (Answer, Vec<(String, String)>)>>>;

/// The routes of one server.
#[derive(Clone)]
pub struct Http(Rc<Call>);

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    /// Null if the body is not JSON.
    pub json: serde_json::Value,
}

impl Answer {
    /// The code of a problem document, or the status if it is none.
    pub fn code(&self) -> String {
        match self.json["code"].as_str() {
            Some(code) if self.status >= 400 => format!("{} {code}", self.status),
            _ => self.status.to_string(),
        }
    }
}

impl Http {
    pub async fn new(app: &App) -> Self {
        let document = web::Data::new(server::openapi());
        let service = server::service(web::Data::new(app.clone()), document);
        let service = Rc::new(test::init_service(service).await);
        Self(Rc::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = match service.call(request.to_request()).await {
                    Ok(response) => response.map_into_boxed_body(),
                    Err(error) => panic!("{error}"),
                };
                let cookies = response
                    .response()
                    .cookies()
                    .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
                    .collect();
                let status = response.status().as_u16();
                let body = test::read_body(response).await;
                let text = String::from_utf8_lossy(&body).into_owned();
                let answer = Answer {
                    status,
                    json: serde_json::from_str(&text).unwrap_or_default(),
                    text,
                };
                (answer, cookies)
            })
        }))
    }

    /// A browser signed in to an area.
    pub async fn browser(&self, app: &App, area: Area, account: AccountId) -> Browser {
        let (_, token) = sign_in::open(app, area, account).await.unwrap();
        Browser {
            http: self.clone(),
            cookies: RefCell::new(BTreeMap::from([(area.cookie().to_owned(), token)])),
        }
    }
}

/// One browser with its cookies.
pub struct Browser {
    http: Http,
    pub cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    /// Another window onto the same cookies as they are now.
    pub fn copy(&self) -> Self {
        Self {
            http: self.http.clone(),
            cookies: RefCell::new(self.cookies.borrow().clone()),
        }
    }

    /// The same cookies on another server.
    pub fn on(&self, http: &Http) -> Self {
        Self {
            http: http.clone(),
            cookies: RefCell::new(self.cookies.borrow().clone()),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: serde_json::Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub async fn put(&self, path: &str, body: serde_json::Value) -> Answer {
        self.send(Method::PUT, path, Some(body.to_string())).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = TestRequest::default()
            .method(method)
            .uri(&format!("/api/v1{path}"))
            .insert_header(("host", "127.0.0.1:8080"))
            .insert_header(("cookie", cookies.join("; ")))
            .insert_header(("x-requested-with", "assay"));
        if let Some(body) = body {
            request = request
                .insert_header(("content-type", "application/json"))
                .insert_header(("content-length", body.len()))
                .set_payload(body);
        }
        let (answer, cookies) = (self.http.0)(request).await;
        self.cookies.borrow_mut().extend(cookies);
        answer
    }
}
