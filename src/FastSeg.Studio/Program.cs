Console.Error.WriteLine("fastseg: the studio is not in this build yet.");
return 1;
