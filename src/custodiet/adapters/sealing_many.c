/* Many pieces sealed, and hashed into a record's tree, with one call: what OneByOne in sealing_many.py does one by one.

   AES-256-GCM is libsodium's where it has it for this processor, and else OpenSSL's, which takes twice as long for what
   is so short; so it does for SHA-256, which is Nettle's. Nothing here is either. Rows of fixed width lie one behind the
   other; what is written has room for all of them. 1 when everything was done; 0 when a library refused something: then
   what was written means nothing. Nothing is kept: no key outlives a call.
*/
#include <stdint.h>
#include <string.h>

#include <nettle/sha2.h>
#include <openssl/evp.h>
#include <sodium.h>

enum { KEY = 32, NONCE = 12, TAG = 16, HASH = 32, WIDEST = 256, STACK = 4096 };

/* RFC 6962 section 2.1: what comes before a leaf, and before two hashes. */
static const uint8_t LEAF = 0, NODE = 1;

/* What is sealed of one row, and where it is written: nonce, ciphertext, tag. */
struct row {
    const uint8_t *key, *nonce, *context, *plain;
    size_t context_bytes, plain_bytes;
    uint8_t *piece;
};

static int sealed_by_sodium(const struct row *row)
{
    uint8_t *text = row->piece + NONCE;

    return crypto_aead_aes256gcm_encrypt_detached(text, text + row->plain_bytes, NULL, row->plain, row->plain_bytes,
                                                  row->context, row->context_bytes, NULL, row->nonce, row->key) == 0;
}

static int sealed_by_openssl(EVP_CIPHER_CTX *cipher, const struct row *row)
{
    int written;
    uint8_t *text = row->piece + NONCE, *tag = text + row->plain_bytes;

    return EVP_EncryptInit_ex(cipher, NULL, NULL, row->key, row->nonce)
        && EVP_EncryptUpdate(cipher, NULL, &written, row->context, (int)row->context_bytes)
        && EVP_EncryptUpdate(cipher, text, &written, row->plain, (int)row->plain_bytes)
        && written == (int)row->plain_bytes
        && EVP_EncryptFinal_ex(cipher, tag, &written)
        && written == 0
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG, tag);
}

static void hashed(const uint8_t *what, size_t bytes, uint8_t *into)
{
    struct sha256_ctx hash;

    sha256_init(&hash);
    sha256_update(&hash, bytes, what);
    sha256_digest(&hash, HASH, into);
}

/* Of each row a piece (nonce, ciphertext, tag), and the leaf of its head with that piece. `by_openssl`: whatever the
   processor is.
*/
int custodiet_seal(size_t count, const uint8_t *keys, const uint8_t *nonces, const uint8_t *contexts,
                   size_t context_bytes, const uint8_t *plains, size_t plain_bytes, const uint8_t *heads,
                   size_t head_bytes, uint8_t *pieces, uint8_t *leaves, int by_openssl)
{
    const size_t piece_bytes = NONCE + plain_bytes + TAG, body_bytes = 1 + head_bytes + piece_bytes;
    uint8_t body[WIDEST];
    EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int done = aes && cipher && context_bytes <= WIDEST && plain_bytes <= WIDEST && head_bytes <= WIDEST
        && body_bytes <= WIDEST && EVP_EncryptInit_ex(cipher, aes, NULL, NULL, NULL);
    const int sodium = !by_openssl && sodium_init() >= 0 && crypto_aead_aes256gcm_is_available();

    body[0] = LEAF;
    for (size_t at = 0; done && at < count; at++) {
        const struct row row = {keys + at * KEY, nonces + at * NONCE, contexts + at * context_bytes,
                                plains + at * plain_bytes, context_bytes, plain_bytes, pieces + at * piece_bytes};
        memcpy(row.piece, row.nonce, NONCE);
        done = sodium ? sealed_by_sodium(&row) : sealed_by_openssl(cipher, &row);
        memcpy(body + 1, heads + at * head_bytes, head_bytes);
        memcpy(body + 1 + head_bytes, row.piece, piece_bytes);
        hashed(body, body_bytes, leaves + at * HASH);
    }
    sodium_stackzero(STACK);
    EVP_CIPHER_CTX_free(cipher);
    EVP_CIPHER_free(aes);
    return done;
}

/* The root over one leaf or more, which comes to lie where the first of them was; the others are lost. */
void custodiet_root(size_t count, uint8_t *hashes)
{
    uint8_t two[1 + 2 * HASH];

    two[0] = NODE;
    /* Pairing from the left draws the RFC's tree level by level; an odd last one goes up as it is. */
    for (; count > 1; count = (count + 1) / 2) {
        for (size_t pair = 0; pair < count / 2; pair++) {
            memcpy(two + 1, hashes + 2 * pair * HASH, 2 * HASH);
            hashed(two, sizeof two, hashes + pair * HASH);
        }
        if (count % 2)
            memmove(hashes + (count / 2) * HASH, hashes + (count - 1) * HASH, HASH);
    }
}
