using System.Globalization;
using BitMiracle.LibTiff.Classic;
using FastSeg.Files;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Keeps the first error that BitMiracle reports about one open TIFF, instead of printing it. BitMiracle has one error handler for the
/// whole process; this object is passed when a TIFF is opened and comes back with each of its errors, which tells whose error it is.
/// </summary>
internal sealed class BitMiracleErrors
{
    private static readonly Silent Handler = new();

    /// <summary>BitMiracle's words about the first error; null while nothing went wrong.</summary>
    public string? First { get; private set; }

    /// <summary>Keeps BitMiracle from printing to the console.</summary>
    public static void Install() => LibTiff.SetErrorHandler(Handler);

    /// <summary>The process's handler: hands errors to whose they are and drops warnings.</summary>
    private sealed class Silent : TiffErrorHandler
    {
        public override void ErrorHandler(LibTiff? tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(LibTiff? tif, object? clientData, string method, string format, params object[] args)
        {
            if (clientData is BitMiracleErrors { First: null } errors)
            {
                errors.First = Text(format, args);
            }
        }

        public override void WarningHandler(LibTiff? tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(LibTiff? tif, object? clientData, string method, string format, params object[] args)
        {
            // A fax that ends too early is filled with white; for us, that is damage.
            if (format.Contains("Premature EOF", StringComparison.Ordinal))
            {
                ErrorHandlerExt(tif, clientData, method, format, args);
            }
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
