//! Puts the routes together and serves them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App as Actix, Error, HttpResponse, HttpServer, get, web};
use utoipa::OpenApi;
use utoipa_actix_web::{AppExt, scope, service_config::ServiceConfig};

use crate::account;
use crate::app::App;
use crate::authoring;
use crate::credential;
use crate::demo::{Links, routes as demo_routes};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::http::{assets, guard, metrics, page};
use crate::lab;
use crate::proctoring;
use crate::scoring;
use crate::session;

/// A response of 64 kB fits; a request of 1 MB does not.
const BODY_BYTES_MAX: usize = 256 * 1024;

#[derive(OpenApi)]
#[openapi(info(
    title = "Assay",
    description = "Exams of items and live tasks: sit, proctor, examine, verify. Times are Unix milliseconds, UTC. Every refusal is a problem document (RFC 9457)."
))]
struct Description;

/// The routes under `/api/v1`.
fn api(config: &mut ServiceConfig<'_>) {
    config
        // Routes are tried in this order, each by a regular expression: the one that is asked most comes first.
        .service(session::routes::save_response)
        .service(account::routes::create_sign_in)
        .service(account::routes::delete_sign_in)
        .service(account::routes::get_me)
        .service(authoring::routes::get_bank)
        .service(authoring::routes::list_items)
        .service(authoring::routes::get_item)
        .service(authoring::routes::list_tasks)
        .service(authoring::routes::get_task)
        .service(authoring::routes::validate_bank)
        .service(session::routes::list_sessions)
        .service(session::routes::get_session)
        .service(session::routes::enter_session)
        .service(session::routes::start_session)
        .service(session::routes::take_over_session)
        .service(session::routes::get_paper)
        .service(session::routes::finish_session)
        .service(session::routes::get_receipt)
        .service(lab::routes::reset_lab)
        .service(lab::routes::list_directory)
        .service(lab::routes::read_file)
        .service(lab::routes::write_file)
        .service(lab::routes::create_preview)
        .service(lab::routes::list_checkpoints)
        .service(lab::routes::take_checkpoint)
        .service(lab::routes::create_terminal_ticket)
        .service(lab::routes::open_terminal)
        .service(proctoring::routes::list_rooms)
        .service(proctoring::routes::get_room)
        .service(proctoring::routes::reveal_code)
        .service(proctoring::routes::extend_session)
        .service(proctoring::routes::end_session)
        .service(proctoring::routes::get_timeline)
        .service(proctoring::routes::get_recordings)
        .service(proctoring::routes::get_tape)
        .service(scoring::routes::get_result)
        .service(scoring::routes::list_broken_checks)
        .service(scoring::routes::decide_broken_check)
        .service(scoring::routes::regrade_session)
        .service(scoring::routes::list_late_responses);
}

/// The OpenAPI document of the routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, document) = Actix::new()
        .into_utoipa_app()
        .openapi(Description::openapi())
        .service(scope::scope("/api/v1").configure(api))
        .configure(credential::routes::configure)
        .split_for_parts();
    document
}

/// The process is alive
#[get("/healthz")]
async fn healthz() -> &'static str {
    "ok\n"
}

/// The server can serve: the database answers
#[get("/readyz")]
async fn readyz(app: web::Data<App>) -> ApiResult<&'static str> {
    app.db.ping().await?;
    Ok("ready\n")
}

/// The description of this interface
#[get("/api/v1/openapi.json")]
async fn openapi_json(document: web::Data<utoipa::openapi::OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.as_ref())
}

async fn nothing_here() -> ApiResult<HttpResponse> {
    Err(ApiError::not_found("page"))
}

fn json_config() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(BODY_BYTES_MAX)
        .error_handler(|error, _| {
            use actix_web::error::JsonPayloadError;
            let code = match error {
                JsonPayloadError::Overflow { .. }
                | JsonPayloadError::OverflowKnownLength { .. } => ErrorCode::TooLarge,
                _ => ErrorCode::BadRequest,
            };
            ApiError::new(code, error.to_string()).into()
        })
}

/// All routes with all middleware, as every worker runs them and as tests call them.
pub fn service(
    app: web::Data<App>,
    document: web::Data<utoipa::openapi::OpenApi>,
) -> Actix<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (actix, _) = Actix::new()
        // Before the scope, which answers for everything below its prefix.
        .service(openapi_json)
        .into_utoipa_app()
        .service(scope::scope("/api/v1").configure(api))
        .configure(credential::routes::configure)
        .split_for_parts();
    actix
        .app_data(app)
        .app_data(document)
        .app_data(json_config())
        .app_data(credential::routes::form_config())
        .app_data(web::QueryConfig::default().error_handler(|error, _| {
            ApiError::new(ErrorCode::BadRequest, error.to_string()).into()
        }))
        .app_data(
            web::PathConfig::default().error_handler(|_, _| ApiError::not_found("page").into()),
        )
        .service(healthz)
        .service(readyz)
        .service(metrics::get_metrics)
        .configure(page::configure)
        .configure(assets::configure)
        .default_service(web::to(nothing_here))
        .wrap(from_fn(page::problem::problems))
        .wrap(from_fn(guard::guard))
        .wrap(from_fn(metrics::count))
}

/// Serves until a signal ends it. `listener` is bound already, so that a taken port is known before anything starts.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve(
    app: App,
    listener: std::net::TcpListener,
    demo: Option<Links>,
) -> std::io::Result<()> {
    let demo = demo.map(web::Data::new);
    let document = web::Data::new(openapi());
    let workers = app.config.workers;
    actix_web::rt::spawn(session::sweep::run(app.clone()));
    actix_web::rt::spawn(lab::prepare::watch(app.clone()));
    if let Some(address) = app.config.preview_listen {
        let previews = std::net::TcpListener::bind(address)?;
        actix_web::rt::spawn(lab::preview::serve(app.clone(), previews));
    }
    let app = web::Data::new(app);
    let mut server = HttpServer::new(move || {
        let demo = demo.clone();
        service(app.clone(), document.clone()).configure(|config| {
            if let Some(links) = demo {
                config.app_data(links).service(demo_routes::follow_link);
            }
        })
    })
    .shutdown_timeout(5)
    .listen(listener)?;
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    server.run().await
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_description_in_the_repository_is_that_of_the_code() {
        let code = super::openapi().to_pretty_json().unwrap();
        let stored = include_str!("../../web/openapi.json");
        assert!(
            code.trim() == stored.trim(),
            "run `exam-server openapi > web/openapi.json` and `npm --prefix web run api`"
        );
    }
}
