using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace FastSeg.Images;

/// <summary>
/// The first error BitMiracle reports for one open TIFF, kept instead of printed. BitMiracle has one handler for the whole process;
/// the data its client passed when opening says whose error it is.
/// </summary>
internal sealed class BitMiracleErrors
{
    private static readonly Silent Handler = new();

    /// <summary>The library's words, or null while nothing went wrong.</summary>
    public string? First { get; private set; }

    /// <summary>Keeps BitMiracle from printing to the console.</summary>
    public static void Install() => Tiff.SetErrorHandler(Handler);

    private sealed class Silent : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff? tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(Tiff? tif, object? clientData, string method, string format, params object[] args)
        {
            if (clientData is BitMiracleErrors { First: null } errors)
            {
                errors.First = Text(format, args);
            }
        }

        public override void WarningHandler(Tiff? tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(Tiff? tif, object? clientData, string method, string format, params object[] args)
        {
        }

        private static string Text(string format, object[] args)
        {
            try
            {
                return InputFile.OneLine(string.Format(CultureInfo.InvariantCulture, format, args));
            }
            catch (FormatException)
            {
                return InputFile.OneLine(format);
            }
        }
    }
}
