// The rows of many forwarded positions, read with one call: what LineByLine in wire/traccar_columns.py reads.
//
// JSON is read by simdjson, whole: every byte of a line is checked. A row is made only of what nearly every line is;
// whatever else one is, it is left, and whoever called reads it otherwise. Nothing is kept: no place outlives a call.
#include <cstdint>
#include <cstring>
#include <limits>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace dom = simdjson::dom;
using std::string_view;

namespace {

constexpr size_t LINE_BYTES_MAX = 4096, SERIAL_BYTES_MAX = 128, SERIAL_KEY_BYTES = 40;
constexpr size_t DEPTH_MAX = 16;  // what is nested deeper is left: how deep may be read is asked where it is read

enum { LATITUDE, LONGITUDE, ALTITUDE, SPEED, COURSE, ACCURACY, BATTERY, SATELLITES, HDOP, NUMBERS };

struct Row {
    double numbers[NUMBERS];
    int64_t fix_ms = 0, device_ms = 0, time_ms = 0;
    bool valid = true, mock = false, approximate = false, charge = false;
    string_view alarm, serial, time;

    Row()
    {
        for (double &one : numbers)
            one = std::numeric_limits<double>::quiet_NaN();
    }
};

// Each says whether it is one, or null where that may be.

bool number(dom::element told, double &into)
{
    return told.is_null() || told.get_double().get(into) == simdjson::SUCCESS;
}

bool truth(dom::element told, bool &into)
{
    return told.is_null() || told.get_bool().get(into) == simdjson::SUCCESS;
}

bool text(dom::element told, string_view &into)
{
    return told.is_null() || told.get_string().get(into) == simdjson::SUCCESS;
}

// Days from 1 January 1970 to one of the proleptic Gregorian calendar, counted in years that begin in March.
int64_t days(int year, int month, int day)
{
    const int y = month > 2 ? year : year - 1;
    const int since_march = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
    return int64_t{365} * y + y / 4 - y / 100 + y / 400 + since_march + day - 1 - 719468;
}

// A time as Traccar writes it, in ms since 1970 UTC.
bool instant(string_view told, int64_t &into)
{
    static constexpr char FORM[] = "0000-00-00T00:00:00.000+00:00";
    static constexpr size_t UNTIL_ZONE = 23;
    static constexpr int LONGEST[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (told.size() != sizeof FORM - 1)
        return false;
    for (size_t at = 0; at < told.size(); at++) {
        const bool digit = at < UNTIL_ZONE && FORM[at] == '0';
        if (digit ? told[at] < '0' || told[at] > '9' : told[at] != FORM[at])
            return false;
    }
    const auto count = [&](size_t from, size_t to) {
        int sum = 0;
        for (size_t at = from; at < to; at++)
            sum = 10 * sum + (told[at] - '0');
        return sum;
    };
    const int year = count(0, 4), month = count(5, 7), day = count(8, 10);
    const int hour = count(11, 13), minute = count(14, 16), second = count(17, 19);
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > LONGEST[month - 1])
        return false;
    if ((month == 2 && day == 29 && !leap) || hour > 23 || minute > 59 || second > 59)
        return false;
    into = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + count(20, 23);
    return true;
}

// Of each object: a member that we read must be of its kind and stand there once; any other may be anything. `take` says
// whether one may stand there, and of one that we read which it is, by a bit that no other has; `needed`: which must.

template <typename Take> bool members(dom::element told, unsigned needed, Take take)
{
    dom::object all;
    if (told.get_object().get(all) != simdjson::SUCCESS)
        return false;
    unsigned seen = 0;
    for (const dom::key_value_pair member : all) {
        unsigned which = 0;
        if (!take(member.key, member.value, which) || (seen & which))
            return false;
        seen |= which;
    }
    return (seen & needed) == needed;
}

bool attributes(dom::element told, Row &row)
{
    return told.is_null() || members(told, 0, [&](string_view key, dom::element value, unsigned &which) {
        switch (key.size()) {  // a key of another length is none of these: most are told apart by that alone
        case 3: return key != "sat" || (which = 1, number(value, row.numbers[SATELLITES]));
        case 4: return (key != "hdop" || (which = 2, number(value, row.numbers[HDOP])))
            && (key != "mock" || (which = 4, truth(value, row.mock)));
        case 5: return key != "alarm" || (which = 8, text(value, row.alarm));
        case 6: return key != "charge" || (which = 16, truth(value, row.charge));
        case 11: return key != "approximate" || (which = 32, truth(value, row.approximate));
        case 12: return key != "batteryLevel" || (which = 64, number(value, row.numbers[BATTERY]));
        default: return true;
        }
    });
}

// Nearly always a position's two times are one, and read once.
bool time_of(dom::element told, Row &row, int64_t &into)
{
    string_view written;
    if (told.get_string().get(written) != simdjson::SUCCESS)
        return false;
    if (row.time.empty() || written != row.time) {
        if (!instant(written, row.time_ms))
            return false;
        row.time = written;
    }
    into = row.time_ms;
    return true;
}

bool position(dom::element told, Row &row)
{
    enum { FIX_TIME = 1, LAT = 2, LON = 4 };
    return members(told, FIX_TIME | LAT | LON, [&](string_view key, dom::element value, unsigned &which) {
        switch (key.size()) {
        case 5: return (key != "speed" || (which = 8, number(value, row.numbers[SPEED])))
            && (key != "valid" || (which = 16, truth(value, row.valid)));
        case 6: return key != "course" || (which = 32, number(value, row.numbers[COURSE]));
        case 7: return key != "fixTime" || (which = FIX_TIME, time_of(value, row, row.fix_ms));
        case 8: return (key != "latitude" || (which = LAT, !value.is_null() && number(value, row.numbers[LATITUDE])))
            && (key != "altitude" || (which = 64, number(value, row.numbers[ALTITUDE])))
            && (key != "accuracy" || (which = 128, number(value, row.numbers[ACCURACY])));
        case 9: return key != "longitude" || (which = LON, !value.is_null() && number(value, row.numbers[LONGITUDE]));
        case 10: return (key != "attributes" || (which = 256, attributes(value, row)))
            && (key != "deviceTime" || (which = 512, value.is_null() || time_of(value, row, row.device_ms)));
        default: return true;
        }
    });
}

bool device(dom::element told, Row &row)
{
    return members(told, 1, [&](string_view key, dom::element value, unsigned &which) {
        return key != "uniqueId" || (which = 1, text(value, row.serial));
    }) && !row.serial.empty() && row.serial.size() <= SERIAL_BYTES_MAX;
}

bool forwarded(dom::element told, Row &row)
{
    return members(told, 3, [&](string_view key, dom::element value, unsigned &which) {
        return (key != "position" || (which = 1, position(value, row)))
            && (key != "device" || (which = 2, device(value, row)))
            && (key != "event" || (which = 4, value.is_null()));
    });
}

bool blank(const char *line, size_t bytes)
{
    for (size_t at = 0; at < bytes; at++)
        if (line[at] != ' ' && (line[at] < '\t' || line[at] > '\r'))
            return false;
    return true;
}

}  // namespace

// A line as it is handed over; _LINE in reading_many.py is the same.
struct Line {
    int64_t begin, end, fix_ms;
    double numbers[NUMBERS];
    uint8_t read, usual, approximate, unused[5];
    uint8_t serial_key[SERIAL_KEY_BYTES];  // as serial_keys in wire/columns.py makes it
};
static_assert(sizeof(Line) == 8 * (3 + NUMBERS + 1) + SERIAL_KEY_BYTES, "a line is so many bytes in Python, too");

// The lines of a body that are not blank, and of each its device's serial, with a line feed after it. `serials` has
// room for as many bytes as the body has, and one a line. How many lines there are; more than `room` when there are
// more, and then what was written means nothing.
extern "C" size_t custodiet_read(const char *body, size_t bytes, size_t room, Line *lines, char *serials,
                                 size_t *serial_bytes)
{
    char padded[LINE_BYTES_MAX + simdjson::SIMDJSON_PADDING];
    dom::parser parser(LINE_BYTES_MAX);
    const bool ready = parser.allocate(LINE_BYTES_MAX, DEPTH_MAX) == simdjson::SUCCESS;
    size_t count = 0, end = 0;
    char *to = serials;

    for (size_t begin = 0; begin < bytes; begin = end + 1) {
        const char *line = body + begin;
        const void *feed = memchr(line, '\n', bytes - begin);
        end = feed ? static_cast<size_t>(static_cast<const char *>(feed) - body) : bytes;
        const size_t length = end - begin;
        if (blank(line, length))
            continue;
        if (count == room)
            return room + 1;
        if (bytes - end < simdjson::SIMDJSON_PADDING && length <= LINE_BYTES_MAX) {
            memcpy(padded, line, length);  // it reads ahead, and must not beyond the body
            memset(padded + length, 0, simdjson::SIMDJSON_PADDING);
            line = padded;
        }
        Row row;
        dom::element told;
        // Left is also what is escaped, and what does not begin as an object: some simdjsons skip a byte order mark.
        const bool read = ready && length <= LINE_BYTES_MAX && *line == '{' && !memchr(line, '\\', length)
            && parser.parse(line, length, false).get(told) == simdjson::SUCCESS && forwarded(told, row);
        Line &into = lines[count++];
        into = Line{static_cast<int64_t>(begin), static_cast<int64_t>(end), row.fix_ms, {}, read, false, false, {}, {}};
        if (read) {
            memcpy(into.numbers, row.numbers, sizeof row.numbers);
            into.usual = row.valid && !row.mock && row.alarm.empty();
            into.approximate = row.approximate;
            if (row.serial.size() < SERIAL_KEY_BYTES) {
                memcpy(into.serial_key, row.serial.data(), row.serial.size());
                into.serial_key[SERIAL_KEY_BYTES - 1] = static_cast<uint8_t>(row.serial.size());
            }
            memcpy(to, row.serial.data(), row.serial.size());
            to += row.serial.size();
        }
        *to++ = '\n';
    }
    *serial_bytes = static_cast<size_t>(to - serials);
    return count;
}
