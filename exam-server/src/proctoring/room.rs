//! Which rooms and seats a proctor may see: the finders that every other query here starts from.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use crate::account::Role;
use crate::account::sign_in::SignedIn;
use crate::entity::{room, room_proctor, seat};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{RoomId, SeatId};

/// The rooms of a proctor.
pub fn own(proctor: &SignedIn) -> Select<room::Entity> {
    let rooms = room::Entity::find();
    if proctor.roles.contains(&Role::Admin) {
        return rooms;
    }
    let assigned = Query::select()
        .column(room_proctor::Column::RoomId)
        .from(room_proctor::Entity)
        .and_where(room_proctor::Column::AccountId.eq(proctor.account_id))
        .to_owned();
    rooms.filter(room::Column::Id.in_subquery(assigned))
}

/// One of the proctor's rooms.
pub async fn find(
    db: &impl ConnectionTrait,
    proctor: &SignedIn,
    id: RoomId,
) -> ApiResult<room::Model> {
    own(proctor)
        .filter(room::COLUMN.id.eq(id))
        .one(db)
        .await?
        .ok_or_else(|| ApiError::not_found("room"))
}

/// A seat in one of the proctor's rooms.
pub async fn find_seat(
    db: &impl ConnectionTrait,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
) -> ApiResult<seat::Model> {
    let room = find(db, proctor, room_id).await?;
    seat::Entity::find_by_id(seat_id)
        .filter(seat::COLUMN.room_id.eq(room.id))
        .one(db)
        .await?
        .ok_or_else(|| ApiError::not_found("seat"))
}
