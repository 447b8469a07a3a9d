using System.Text;
using FastSeg.Files;

namespace FastSeg.Onnx;

/// <summary>
/// Walks through the messages of an ONNX file without making objects of them. It finds the names of the files that hold tensors, whatever
/// the order of an entry's fields, and bounds what a parser would make of the file: two bytes of it can become a message of hundreds.
/// </summary>
internal sealed class OnnxScan
{
    /// <summary>As deep as protobuf's own parsers go.</summary>
    private const int MostDepth = 100;

    /// <summary>Longest name of a file, in bytes.</summary>
    private const int LongestName = 4096;

    // What a parser needs, in bytes: for a message, for a field of it, and for each byte of lists of numbers and of declared types.
    private const long MessageBytes = 200, FieldBytes = 24, ListFactor = 24;

    private const int BufferBytes = 1 << 16;

    private readonly InputFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);
    private long _buffered = -1;
    private long _left;

    private OnnxScan(InputFile file)
    {
        _file = file;
        _left = (24L << 20) + (4 * file.Length);
    }

    /// <summary>Messages that lead to tensors, as ONNX names them.</summary>
    private enum Kind
    {
        Model,
        Training,
        Function,
        Graph,
        Node,
        Attribute,
        SparseTensor,
        Tensor,
        Entry,

        /// <summary>Bytes that parsers keep as they are.</summary>
        Bytes,

        /// <summary>A list of numbers, or a declaration of a value, of which parsers make many times as much.</summary>
        List,
    }

    /// <summary>The names of all files that tensors of a network are said to lie in.</summary>
    /// <exception cref="FastSegException">The file cannot be read, is no ONNX network, or would take far more memory than it has bytes.
    /// </exception>
    public static SortedSet<string> ExternalFiles(string path)
    {
        using InputFile file = InputFile.Open(path, path);
        var scan = new OnnxScan(file);
        scan.Walk(0, file.Length, Kind.Model, 0);
        return scan._files;
    }

    /// <summary>What a field of a message holds; the numbers are those of onnx.proto.</summary>
    private static Kind Child(Kind parent, ulong field) => (parent, field) switch
    {
        (Kind.Model, 7) or (Kind.Training, 1 or 2) or (Kind.Attribute, 6 or 11) => Kind.Graph,
        (Kind.Model, 20) => Kind.Training,
        (Kind.Model, 25) => Kind.Function,
        (Kind.Graph, 1) or (Kind.Function, 7) => Kind.Node,
        (Kind.Node, 5) or (Kind.Function, 11) => Kind.Attribute,
        (Kind.Graph, 15) or (Kind.Attribute, 22 or 23) => Kind.SparseTensor,
        (Kind.Graph, 5) or (Kind.Attribute, 5 or 10) or (Kind.SparseTensor, 1 or 2) => Kind.Tensor,
        (Kind.Tensor, 13) => Kind.Entry,
        (Kind.Graph, >= 11 and <= 14) or (Kind.Tensor, 1 or 5 or 7 or 11) or (Kind.Attribute, 8) or (Kind.Model, 8) => Kind.List,
        _ => Kind.Bytes,
    };

    private void Walk(long at, long end, Kind kind, int depth)
    {
        if (depth > MostDepth)
        {
            throw Bad(at, $"messages are nested more than {MostDepth} deep");
        }
        Spend(MessageBytes, at);
        bool location = false;
        var values = new List<string>();
        while (at < end)
        {
            ulong tag = Varint(ref at, end), field = tag >> 3;
            Spend(FieldBytes, at);
            if (field is 0 or > int.MaxValue || (tag & 7) != 2)
            {
                Skip(ref at, end, tag, 0);
                continue;
            }
            ulong length = Varint(ref at, end);
            if (length > (ulong)(end - at))
            {
                throw Bad(at, $"a field of {length} bytes does not fit");
            }
            long next = at + (long)length;
            Kind child = Child(kind, field);
            if (kind == Kind.Entry && field is 1 or 2)
            {
                // A parser takes the last of several; here any may be the one.
                string text = Text(at, (long)length);
                location |= field == 1 && text == "location";
                values.AddRange(field == 2 ? [text] : []);
            }
            else if (child == Kind.List)
            {
                Spend((long)length * ListFactor, at);
            }
            else if (child != Kind.Bytes)
            {
                Walk(at, next, child, depth + 1);
            }
            at = next;
        }
        if (location)
        {
            _files.UnionWith(values);
        }
    }

    /// <summary>Skips a field that has no length of its own: a number, or a group, which ends with a field of the same number.</summary>
    private void Skip(ref long at, long end, ulong tag, int depth)
    {
        switch (tag & 7)
        {
            case 0:
                Varint(ref at, end);
                return;
            case 1 or 5:
                at += (tag & 7) == 1 ? 8 : 4;
                break;
            case 2:
                ulong length = Varint(ref at, end);
                at = length <= (ulong)(end - at) ? at + (long)length : end + 1;
                break;
            case 3 when depth < MostDepth:
                for (ulong inner = Varint(ref at, end); inner != tag + 1; inner = Varint(ref at, end))
                {
                    Spend(FieldBytes, at);
                    Skip(ref at, end, inner, depth + 1);
                }
                return;
            default:
                throw Bad(at, "there is a field of no known kind");
        }
        if (tag >> 3 == 0 || at > end)
        {
            throw Bad(end, "a field does not fit");
        }
    }

    private ulong Varint(ref long at, long end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && at < end; shift += 7)
        {
            byte next = At(at++);
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
        throw Bad(at, "a number does not end");
    }

    private string Text(long at, long length)
    {
        if (length > LongestName)
        {
            throw Bad(at, $"a name has {length} bytes");
        }
        byte[] bytes = new byte[length];
        _file.Read(at, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private byte At(long at)
    {
        if (_buffered < 0 || at < _buffered || at >= _buffered + BufferBytes)
        {
            _buffered = at;
            _file.Read(at, _buffer.AsSpan(0, (int)Math.Min(BufferBytes, _file.Length - at)));
        }
        return _buffer[at - _buffered];
    }

    private void Spend(long bytes, long at)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw Bad(at, "it has so many small parts that they would take many times its size in memory");
        }
    }

    private FastSegException Bad(long at, string what) =>
        new($"{_file.Name} is no ONNX network that can be read (at byte {at}: {what}); export it again.");
}
