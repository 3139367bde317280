import protobuf from "protobufjs";
import { badRequest } from "../errors.ts";

/** Messages of the query engine, package `vastdb.queryengine.protocol`, as far as they are used. */
const PROTO = `
syntax = "proto3";
message Any { string type_url = 1; bytes value = 2; }
message GetCapabilitiesResponse { string server_version = 1; bool supports_session_options = 2; }
message QueryId { uint64 req_id = 1; uint64 vip_id = 2; }
message SerializedPlan { bytes plan = 1; string version = 2; }
message SessionOption { string name = 1; string value = 2; }
message StartQueryRequest {
  repeated SessionOption session = 1;
  uint64 txid = 2;
  oneof query { string sql = 3; bytes substrait = 4; SerializedPlan compute_ir = 5; }
  uint64 query_timeout_sec = 6;
  uint32 max_endpoints = 7;
  bool support_ha = 8;
  uint32 splits = 9;
}
message Endpoint { string uri = 1; }
message Ticket { repeated Endpoint endpoints = 2; Any ticket_id = 4; }
message QueryStatus {
  QueryId query_id = 1;
  repeated Ticket tickets = 4;
  optional uint32 status_code = 5;
  optional string description = 6;
  optional uint32 state = 7;
}
message StartQueryResponse { QueryStatus status = 1; bytes arrow_schema = 2; bool is_blocking = 3; }
message Cancellation { string description = 1; }
message FinishQueryRequest { QueryId query_id = 1; Cancellation reason = 2; }
message GetQueryStatusRequest { QueryId query_id = 1; uint64 request_timeout_sec = 2; }
message GetQueryStatusResponse { QueryStatus status = 1; }
message Offset { optional uint64 record_batch_id = 1; }
message GetDataRequest {
  QueryId query_id = 1;
  Offset offset = 3;
  uint64 request_timeout_sec = 4;
  uint64 response_size_hint = 5;
  Any ticket_id = 7;
}
message GetDataResponse { Offset next = 1; optional bool empty_stream = 2; }
message FinishDataRequest { QueryId query_id = 1; Cancellation reason = 3; Any ticket_id = 5; }
`;

const { root } = protobuf.parse(PROTO, { keepCase: true });

export interface QueryId {
  readonly req_id: string;
  readonly vip_id: string;
}

/** 64-bit numbers are decimal texts; what a message leaves out is absent. */
export function decodeMessage<T>(name: string, bytes: Uint8Array): T {
  const type = root.lookupType(name);
  try {
    return type.toObject(type.decode(bytes), { longs: String, oneofs: true }) as T;
  } catch {
    throw badRequest(`the body is no ${name}`);
  }
}

export function encodeMessage(name: string, value: object): Uint8Array {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(value)).finish();
}
