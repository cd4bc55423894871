/* How far around many places it is calm, with one call: what `reaches` in rules/conditions/zones_columns.py says.

   Of each place every zone of one decision is asked, as it lies packed (packed_zones.py): first whether it is far, by
   the degrees that it was drawn within, and only where it is not it is laid out in its plane (zones.py, plane.py). All
   is worked out in the order in which it is there, by numbers that are given. NaN where it is not calm, and where what
   is packed is not whole. Nothing is kept: no place and no zone outlives a call.
*/
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { NOT_THERE = 1, CIRCLE = 2, HOLE = 0x8000, COUNT_BYTES = 4, PIECE_BYTES = 2, POINT_BYTES = 8 };
static const uint32_t LACKS = UINT32_C(1) << 31;
static const double E7 = 1e7, RADIANS = 3.14159265358979323846 / 180;

/* As in those files; _NUMBERS in reaching_many.py is the same. */
struct numbers {
    double a_m, e2, over_24_r2, least_radius_m, edge_m, rough_m, far_m, slack_m, reach_max_m, far_from_m, lat_max_e7;
};

struct point {
    double x, y, z;
};

struct plane {
    struct point at;
    double east_x, east_y, north_x, north_y, north_z;
};

struct flat {
    double east, north;
};

/* Where somebody is. */
struct place {
    double lat_e7, lon_e7, cos_lat;
    struct point at;
};

/* A zone as it was drawn: its pieces, one after another, with their points. */
struct zone {
    const uint8_t *pieces, *points;
    size_t count;
    double radius_m; /* NaN for a polygon */
    double south, west, north, east;
};

static int32_t whole(const uint8_t *at)
{
    int32_t told;
    memcpy(&told, at, sizeof told);
    return told;
}

static unsigned piece_at(const uint8_t *pieces, size_t which)
{
    uint16_t told;
    memcpy(&told, pieces + which * PIECE_BYTES, sizeof told);
    return told;
}

static size_t points_of(unsigned piece)
{
    return piece & (HOLE - 1);
}

static struct point point_of(const struct numbers *of, double lat_e7, double lon_e7)
{
    const double lat = lat_e7 / E7 * RADIANS, lon = lon_e7 / E7 * RADIANS;
    const double sin_lat = sin(lat), normal = of->a_m / sqrt(1 - of->e2 * sin_lat * sin_lat);
    const double across = normal * cos(lat);

    return (struct point){across * cos(lon), across * sin(lon), normal * (1 - of->e2) * sin_lat};
}

static struct plane plane_about(const struct numbers *of, double lat_e7, double lon_e7)
{
    const double lat = lat_e7 / E7 * RADIANS, lon = lon_e7 / E7 * RADIANS;

    return (struct plane){point_of(of, lat_e7, lon_e7), -sin(lon), cos(lon),
                          -sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)};
}

static struct flat metres(const struct numbers *of, const struct plane *plane, struct point at)
{
    const double x = at.x - plane->at.x, y = at.y - plane->at.y, z = at.z - plane->at.z;
    const double east = x * plane->east_x + y * plane->east_y;
    const double north = x * plane->north_x + y * plane->north_y + z * plane->north_z;
    const double flat = hypot(east, north), square = x * x + y * y + z * z;
    const double stretch = sqrt(square) * (1 + square / of->over_24_r2) / (flat == 0 ? 1 : flat);

    return (struct flat){east * stretch, north * stretch};
}

/* How far it is from the zone at least; NaN where that is not more than what is near, or has to be asked for. */
static double far_m(const struct numbers *of, const struct zone *zone, const struct place *place)
{
    const double up = fmax(fmax(zone->south - place->lat_e7, place->lat_e7 - zone->north), 0);
    const double beside = fmax(fmax(zone->west - place->lon_e7, place->lon_e7 - zone->east), 0);
    const double across = fmin(beside / E7, 90);
    const double aside = asin(place->cos_lat * sin(across * RADIANS));
    const double gap = fmax(up / E7 * RADIANS, aside) * of->least_radius_m;
    const double size = (zone->north - zone->south + zone->east - zone->west) / E7 * RADIANS * of->a_m;
    const double least = 0.9 * gap - 0.02 * size - (isnan(zone->radius_m) ? 0 : zone->radius_m);

    return fabs(place->lat_e7) <= of->lat_max_e7 && gap <= of->far_from_m && least > of->rough_m ? least : NAN;
}

/* What the edges passed so far say: how near the nearest is, whether an odd number lies to the east, and their box. */
struct walked {
    double nearest, west, south, east, north;
    int inside;
};

static void walk(struct walked *so_far, struct flat from, struct flat to, struct flat place)
{
    const double dx = to.east - from.east, dy = to.north - from.north, square = dx * dx + dy * dy;
    const double rx = place.east - from.east, ry = place.north - from.north;
    const double along = (rx * dx + ry * dy) / square, cross = rx * dy - ry * dx;
    const double away = along <= 0 ? rx * rx + ry * ry
        : along >= 1 ? (rx - dx) * (rx - dx) + (ry - dy) * (ry - dy) : cross * cross / square;

    so_far->nearest = fmin(so_far->nearest, away);
    if ((ry < 0) != (ry - dy < 0) && rx - ry * dx / dy < 0)
        so_far->inside = !so_far->inside;
    so_far->west = fmin(so_far->west, from.east);
    so_far->east = fmax(so_far->east, from.east);
    so_far->south = fmin(so_far->south, from.north);
    so_far->north = fmax(so_far->north, from.north);
}

/* How deep the place lies to a polygon whose plane this is, where it lies in that plane. */
static double depth_of_polygon(const struct numbers *of, const struct zone *zone, const struct plane *plane,
                               struct flat place)
{
    struct walked walked = {INFINITY, INFINITY, INFINITY, -INFINITY, -INFINITY, 0};
    const uint8_t *at = zone->points;

    for (size_t ring = 0; ring < zone->count; ring++) {
        struct flat first = {0, 0}, last = {0, 0};
        const size_t corners = points_of(piece_at(zone->pieces, ring));
        for (size_t corner = 0; corner < corners; corner++, at += POINT_BYTES) {
            const struct flat next = metres(of, plane, point_of(of, whole(at), whole(at + 4)));
            if (corner)
                walk(&walked, last, next, place);
            else
                first = next;
            last = next;
        }
        walk(&walked, last, first, place);
    }
    const double beyond = hypot(fmax(fmax(walked.west - place.east, 0), place.east - walked.east),
                                fmax(fmax(walked.south - place.north, 0), place.north - walked.north));
    if (beyond > of->rough_m)
        return beyond;
    return walked.inside ? -sqrt(walked.nearest) : sqrt(walked.nearest);
}

/* How far around the place this zone leaves it calm; NaN where it does not. */
static double within(const struct numbers *of, const struct zone *zone, const struct place *place, int keep_out)
{
    const double far = far_m(of, zone, place);
    if (!isnan(far))
        return keep_out ? far : -far;
    const struct plane plane = plane_about(of, (zone->south + zone->north) / 2, (zone->west + zone->east) / 2);
    const struct flat there = metres(of, &plane, place->at);
    const double away = hypot(there.east, there.north);
    const double depth = isnan(zone->radius_m) ? depth_of_polygon(of, zone, &plane, there) : away - zone->radius_m;
    const double within = keep_out ? depth : -depth;
    return within > of->rough_m && away > of->far_m ? NAN : within;
}

/* Reads the zone that begins with this piece, and says how many bytes its points have; 0 for one that is not there or
   not whole.
*/
static size_t read_zone(struct zone *zone, const uint8_t *pieces, size_t count, const uint8_t *points, size_t bytes)
{
    const unsigned kind = piece_at(pieces, 0);
    size_t used = 0;

    if (kind <= NOT_THERE || kind >= HOLE)
        return 0;
    zone->pieces = pieces;
    zone->points = points;
    zone->count = 0;
    do
        used += points_of(piece_at(pieces, zone->count++)) * POINT_BYTES;
    while (zone->count < count && piece_at(pieces, zone->count) >= HOLE);
    if (used > bytes)
        return 0;
    zone->radius_m = NAN;
    if (kind == CIRCLE)
        memcpy(&zone->radius_m, points + POINT_BYTES, sizeof zone->radius_m);
    zone->south = zone->north = whole(points);
    zone->west = zone->east = whole(points + 4);
    for (size_t corner = 1; kind != CIRCLE && corner < points_of(kind); corner++) {
        const double lat = whole(points + corner * POINT_BYTES), lon = whole(points + corner * POINT_BYTES + 4);
        zone->south = fmin(zone->south, lat);
        zone->north = fmax(zone->north, lat);
        zone->west = fmin(zone->west, lon);
        zone->east = fmax(zone->east, lon);
    }
    return used;
}

/* Of all zones of one decision, of which so many are marked. */
static double reach_of(const struct numbers *of, const struct place *place, const uint8_t *packed, size_t bytes,
                       const uint8_t *keep_out, size_t marked)
{
    double reach = of->reach_max_m;
    uint32_t count;

    if (bytes < COUNT_BYTES)
        return NAN;
    memcpy(&count, packed, sizeof count);
    const size_t head = ((size_t)count * PIECE_BYTES + COUNT_BYTES + POINT_BYTES - 1) / POINT_BYTES * POINT_BYTES;
    if (count & LACKS || head > bytes)
        return NAN;
    const uint8_t *pieces = packed + COUNT_BYTES, *points = packed + head;
    for (size_t left = count, number = 0; left; number++) {
        struct zone zone;
        const size_t used = read_zone(&zone, pieces, left, points, (size_t)(packed + bytes - points));
        if (!used || number == marked)
            return NAN;
        const double found = within(of, &zone, place, keep_out[number]);
        if (isnan(found) || found <= of->edge_m + of->slack_m)
            return NAN;
        reach = fmin(reach, found);
        pieces += zone.count * PIECE_BYTES;
        points += used;
        left -= zone.count;
    }
    return reach;
}

/* Of each place: whose zones are asked, by number, and where it is. Where the packed zones of each begin, and their
   marks of those to keep out of, and last where they end.
*/
void custodiet_reaches(size_t places, const int64_t *whose, const int64_t *lat_e7, const int64_t *lon_e7,
                       const uint8_t *packed, const int64_t *begins, const uint8_t *keep_out, const int64_t *marks,
                       const struct numbers *of, double *reaches)
{
    for (size_t at = 0; at < places; at++) {
        const int64_t who = whose[at];
        const double lat = (double)lat_e7[at], lon = (double)lon_e7[at];
        const struct place place = {lat, lon, cos(lat / E7 * RADIANS), point_of(of, lat, lon)};
        reaches[at] = reach_of(of, &place, packed + begins[who], (size_t)(begins[who + 1] - begins[who]),
                               keep_out + marks[who], (size_t)(marks[who + 1] - marks[who]));
    }
}
