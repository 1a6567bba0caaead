//! Who calls: `Candidate`, `Examiner` and `Proctor` are extractors, so a handler that asks for one cannot be reached by anybody else.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::account::Area;
use crate::account::sign_in::{self, SignedIn};
use crate::app::App;
use crate::http::cookie;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};

/// The person signed in to an area.
pub async fn signed_in(app: &App, request: &HttpRequest, area: Area) -> ApiResult<SignedIn> {
    let refused = || ApiError::new(ErrorCode::NotSignedIn, "sign in first; nothing was changed");
    let token = cookie::value(request, area.cookie()).ok_or_else(refused)?;
    sign_in::find(app, area, token).await?.ok_or_else(refused)
}

type Extracting<T> = Pin<Box<dyn Future<Output = ApiResult<T>>>>;

fn extract<T>(request: &HttpRequest, area: Area, wrap: fn(SignedIn) -> T) -> Extracting<T>
where
    T: 'static,
{
    let request = request.clone();
    Box::pin(async move {
        let app = request
            .app_data::<web::Data<App>>()
            .ok_or_else(|| ApiError::internal("sign-in", &"no application state"))?
            .clone();
        signed_in(&app, &request, area).await.map(wrap)
    })
}

/// A signed-in candidate.
#[derive(Clone, Debug)]
pub struct Candidate(pub SignedIn);

impl FromRequest for Candidate {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, Area::Candidate, Self)
    }
}

/// A signed-in examiner, reviewer or administrator.
#[derive(Clone, Debug)]
pub struct Examiner(pub SignedIn);

impl FromRequest for Examiner {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, Area::Examiner, Self)
    }
}

/// A signed-in proctor or administrator.
#[derive(Clone, Debug)]
pub struct Proctor(pub SignedIn);

impl FromRequest for Proctor {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, Area::Proctor, Self)
    }
}
