namespace FastSeg.Studio.Server;

/// <summary>A request that is refused: the status and the one sentence of the answer.</summary>
internal sealed class RequestException(int status, string sentence, Exception? cause = null) : Exception(sentence, cause)
{
    public int Status => status;
}
