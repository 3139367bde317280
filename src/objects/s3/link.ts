import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { toObjectError } from "./errors.ts";

/**
 * An address that opens the object without keys for so many seconds (at most a week). Made here:
 * nothing is sent, and nobody has looked whether it is there.
 */
export async function presignedLink(
  client: S3Client,
  bucket: string,
  key: string,
  seconds: number,
): Promise<string> {
  try {
    return await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), {
      expiresIn: seconds,
    });
  } catch (error) {
    throw toObjectError(error, `s3://${bucket}/${key}`);
  }
}
